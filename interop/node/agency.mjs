// What an agency says to what it hears, whichever client carries it.
import { readFileSync } from "node:fs";

/** What this program is told: the broker, its own name, a codec, and the table of what to say. */
export const told = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** The topics that the table has something to say to. */
export const topics = [...new Set(told.rules.map((rule) => rule.on))];

/** Reports to take back, and reports to stand by, that follow from an event; none if it is not for this agency. */
export function answers(value) {
  const heard = JSON.parse(value.toString());
  if (!heard.correlationid.startsWith(told.name + ".")) return { takenBack: [], said: [] };
  const rule = told.rules.find(
    ({ on, where }) => on === heard.type && Object.entries(where).every(([name, wanted]) => heard.data[name] === wanted),
  );
  if (!rule) return { takenBack: [], said: [] };
  return {
    takenBack: rule.takes_back.map((claim, n) => report(heard, rule.agency, claim, `b${n}`)),
    said: rule.says.map((claim, n) => report(heard, rule.agency, claim, n)),
  };
}

/** One report, keyed. Its id follows from what it answers: said twice, it still is the same report. */
function report(heard, agency, claim, number) {
  const event = {
    specversion: "1.0",
    id: `${heard.id}-${number}`,
    source: `/agency/${agency}`,
    type: "agency.reported",
    subject: heard.subject,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    correlationid: heard.correlationid,
    causationid: heard.id,
    data: { agency, officer: "CB-0001", claim },
  };
  return { key: event.subject, value: JSON.stringify(event) };
}
