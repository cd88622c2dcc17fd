// A small agency on Platformatic's client.
import { Consumer, Producer } from "@platformatic/kafka";
import { answers, told, topics } from "./agency.mjs";

const common = { clientId: told.name, bootstrapBrokers: [told.kafka] };
const settings = told.transactions ? { transactionalId: told.name, idempotent: true } : {};
const producer = new Producer({ ...common, ...settings, ...(told.codec ? { compression: told.codec } : {}) });
const consumer = new Consumer({ ...common, groupId: told.name, isolationLevel: "READ_COMMITTED" });
const stream = await consumer.consume({ topics, mode: "earliest", autocommit: true });
for await (const message of stream) await answer(answers(message.value));

async function answer({ takenBack, said }) {
  if (!said.length) return;
  if (!told.transactions) return send(producer, said);
  if (takenBack.length) {
    const regretted = await producer.beginTransaction();
    await send(regretted, takenBack);
    await regretted.abort();
  }
  const transaction = await producer.beginTransaction();
  await send(transaction, said);
  await transaction.commit();
}

function send(through, reports) {
  const messages = reports.map(({ key, value }) => ({
    topic: "agency.reported",
    key: Buffer.from(key),
    value: Buffer.from(value),
  }));
  return through.send({ messages });
}
