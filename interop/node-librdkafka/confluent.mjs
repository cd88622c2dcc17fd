// A small agency on Confluent's client for JavaScript, in its own form of the kafkajs interface.
import confluent from "@confluentinc/kafka-javascript";
import { answers, told, topics } from "./agency.mjs";

const { Kafka, logLevel } = confluent.KafkaJS;
const kafka = new Kafka({ kafkaJS: { brokers: [told.kafka], clientId: told.name, logLevel: logLevel.ERROR } });
const settings = { ...(told.transactions && { "transactional.id": told.name }), ...(told.codec && { "compression.type": told.codec }) };
const producer = kafka.producer(settings);
const consumer = kafka.consumer({ "group.id": told.name, "auto.offset.reset": "earliest" });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics });
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

function send(through, messages) {
  return through.send({ topic: "agency.reported", messages });
}
