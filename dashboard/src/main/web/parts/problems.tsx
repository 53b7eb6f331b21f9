// What is wrong, where, and what to do about it.
import type { Problem } from "../data/api";

export function Problems(properties: { problems: Problem[]; title?: string }) {
  if (properties.problems.length === 0) return null;
  return (
    <section class="problems">
      <h3>{properties.title ?? "Problems"}</h3>
      {properties.problems.map((problem, index) => (
        <div key={index} class={`problem ${problem.severity === "WARNING" ? "degraded" : "failing"}`}>
          {problem.object || problem.path ? <p class="mono">{[problem.object, problem.path].filter(Boolean).join(": ")}</p> : null}
          <p>{problem.reason}</p>
          {problem.remedy ? <p class="remedy">{problem.remedy}</p> : null}
        </div>
      ))}
    </section>
  );
}
