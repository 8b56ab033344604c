import { Client, GatewayIntentBits, SlashCommandBuilder } from "npm:discord.js@14.16.3";
import { Queue } from "npm:bullmq@5.34.5";

const client = new Client({ intents: [GatewayIntentBits.Guilds] });
const command = new SlashCommandBuilder().setName("ping").setDescription("Replies");

Deno.serve(() =>
  Response.json({ isReady: client.isReady(), command: command.toJSON().name, queue: Queue.name })
);
