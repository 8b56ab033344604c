import "npm:reflect-metadata@0.2.2";
import { Controller, Get, Injectable, Module, Param } from "npm:@nestjs/common@10.4.15";
import { NestFactory } from "npm:@nestjs/core@10.4.15";

@Injectable()
class Cats {
  readonly #names = ["tom", "felix"];

  find(index: number): string {
    return this.#names[index] ?? "none";
  }
}

@Controller("cats")
class CatsController {
  constructor(private readonly cats: Cats) {}

  @Get(":index")
  find(@Param("index") index: string): { name: string } {
    return { name: this.cats.find(Number(index)) };
  }
}

@Module({ controllers: [CatsController], providers: [Cats] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(3000);
