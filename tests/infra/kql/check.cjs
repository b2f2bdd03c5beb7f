// Reads {name: query} from stdin, writes {name: [what Microsoft's own language service finds wrong]}.
// Usage: node check.cjs <folder with node_modules>
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const service = path.join(process.argv[2], "node_modules", "@kusto", "language-service-next");
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(service, file), "utf8"), file);
}
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

// The columns of the workspace's tables that are asked for, as Azure documents them.
const TABLES = {
  AppMetrics: "TimeGenerated: datetime, Name: string, Sum: real, Min: real, Max: real, ItemCount: int, Properties: dynamic",
  AppDependencies:
    "TimeGenerated: datetime, Name: string, Success: bool, DurationMs: real, ItemCount: int, OperationId: string, Properties: dynamic",
  AppTraces: "TimeGenerated: datetime, Message: string, SeverityLevel: int, OperationId: string, Properties: dynamic",
  Usage: "TimeGenerated: datetime, DataType: string, Quantity: real, IsBillable: bool",
};
const tables = Object.entries(TABLES).map(([name, columns]) => Symbols.TableSymbol.From(`(${columns})`).WithName(name));
const state = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1("workspace", tables));

function mistakes(query) {
  const found = KustoCode.ParseAndAnalyze(query, state).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, place) => found.getItem(place)).map(
    (each) => `${each.Severity} at ${each.Start}: ${each.Message}`,
  );
}

const queries = JSON.parse(fs.readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(queries).map(([n, q]) => [n, mistakes(q)]))));
