/** Started by a test: invokes a function that never ends, says its process, and waits to be killed. */
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { region, startAws, systemClock } from "../src/index.ts";
import { zipOf } from "./zip.ts";

const [folder = ""] = process.argv.slice(2);
const aws = await startAws({ images: {}, folder, clock: systemClock, random: Math.random });
const code = `exports.handler = () => {
  console.log(process.pid);
  setInterval(() => {}, 1000);
  return new Promise(() => {});
};`;
const client = new LambdaClient({
  endpoint: aws.endpoint,
  region,
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});
const created = new CreateFunctionCommand({
  FunctionName: "endless",
  Role: "arn:aws:iam::123456789012:role/any",
  Runtime: "nodejs24.x",
  Handler: "index.handler",
  Timeout: 600,
  Code: { ZipFile: zipOf("index.js", code) },
});
await client.send(created);
await client.send(new InvokeCommand({ FunctionName: "endless", InvocationType: "Event" }));
const look = setInterval(() => {
  const [line] = aws.logs.lines("/aws/lambda/endless");
  if (line === undefined) return;
  clearInterval(look);
  console.log(line);
}, 20);
