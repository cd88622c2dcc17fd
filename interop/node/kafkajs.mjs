// A small agency on kafkajs.
import kafkajs from "kafkajs";
import { answers, told, topics } from "./agency.mjs";
import { headers } from "./signing.mjs";

const { CompressionTypes, Kafka, logLevel } = kafkajs;
const kafka = new Kafka({ brokers: [told.kafka], clientId: told.name, logLevel: logLevel.ERROR });
const settings = told.transactions ? { transactionalId: told.name, idempotent: true, maxInFlightRequests: 1 } : {};
const producer = kafka.producer(settings);
const consumer = kafka.consumer({ groupId: told.name });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run({ eachMessage: async ({ message }) => answer(answers(message.value)) });

async function answer({ takenBack, said }) {
  if (!said.length) return;
  if (!told.transactions) return send(producer, said);
  if (takenBack.length) {
    const regretted = await producer.transaction();
    await send(regretted, takenBack);
    await regretted.abort();
  }
  const transaction = await producer.transaction();
  await send(transaction, said);
  await transaction.commit();
}

function send(through, reports) {
  const messages = reports.map(signed);
  const codec = told.codec ? { compression: CompressionTypes[told.codec.toUpperCase()] } : {};
  return through.send({ topic: "agency.reported", messages, ...codec });
}

function signed(report) {
  const key = told.keys[JSON.parse(report.value).data.agency];
  return key ? { ...report, headers: headers(key, report.value) } : report;
}
