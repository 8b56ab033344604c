// Only imports and constructs: none of the services is there.
import { S3Client } from "npm:@aws-sdk/client-s3@3.717.0";
import OpenAI from "npm:openai@4.77.0";
import Stripe from "npm:stripe@17.5.0";
import nodemailer from "npm:nodemailer@6.9.16";
import { MongoClient } from "npm:mongodb@6.12.0";
import { Redis } from "npm:ioredis@5.4.2";

const s3 = new S3Client({ region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
const openai = new OpenAI({ apiKey: "k", baseURL: "http://127.0.0.1:1" });
const stripe = new Stripe("sk_test_1");
const mail = nodemailer.createTransport({ jsonTransport: true });
const mongo = new MongoClient("mongodb://127.0.0.1:1");
const redis = new Redis({ lazyConnect: true });

Deno.serve(async () => {
  const { envelope } = await mail.sendMail({ from: "a@b.example", to: "c@d.example", text: "hi" });
  return Response.json({
    region: await s3.config.region(),
    openai: openai.baseURL,
    stripe: typeof stripe.charges.list,
    mongo: mongo.options.hosts.length,
    redis: redis.status,
    envelope,
  });
});
