// Reads one question per line, {"rule": RRULE text, "first": date, "last": date}; answers with the dates, as JSON.
// The argument is where ical.js was installed.
import readline from "node:readline";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]).href);

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { rule, first, last } = JSON.parse(line);
  const dates = [];
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateString(first));
  for (let day = iterator.next(); day && day.toString() <= last; day = iterator.next()) {
    dates.push(day.toString());
  }
  process.stdout.write(JSON.stringify(dates) + "\n");
}
