// Asks the control plane again and again, and remembers honestly what it got and when.
import type { Graph, Grouping, Mesh, Proxies, Resources } from "../data/api";
import { graphPath } from "../data/export";

/** The last good answer of one path. A failure keeps the data; the reader must then show that it is old. */
export interface Source<T> {
  data?: T;
  receivedAt?: number;
  failure?: string;
}

/** Whether the control plane answers at all, and since when that has been so. */
export interface Connection {
  state: "waiting" | "answering" | "silent";
  since: number;
  reason: string;
}

export interface Live {
  graph: Source<Graph>;
  /** The query that `graph` answers; another one is still on its way while this differs from what is wanted. */
  graphQuery: string;
  proxies: Source<Proxies>;
  mesh: Source<Mesh>;
  resources: Source<Resources>;
  connection: Connection;
  paused: boolean;
}

const PERIOD_MS = 1000;
const DEADLINE_MS = 5000;

class Silent extends Error {}

export class Poller {
  private live: Live = {
    graph: {}, graphQuery: "", proxies: {}, mesh: {}, resources: {},
    connection: { state: "waiting", since: Date.now(), reason: "" },
    paused: false,
  };
  private readonly listeners = new Set<(live: Live) => void>();
  private query = graphPath("service", 10);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  start(): void {
    document.addEventListener("visibilitychange", () => this.again());
    this.again();
  }

  current(): Live {
    return this.live;
  }

  subscribe(listener: (live: Live) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Which graph is wanted; asks at once when it is another one. */
  want(by: Grouping, window: number): void {
    const query = graphPath(by, window);
    if (query === this.query) return;
    this.query = query;
    this.again();
  }

  pause(paused: boolean): void {
    this.publish({ paused });
    this.again();
  }

  /** Starts a new round now; answers of an older round are dropped. A hidden or paused page asks nothing. */
  private again(): void {
    clearTimeout(this.timer);
    this.round++;
    if (document.hidden || this.live.paused) return;
    void this.ask(this.round);
  }

  private async ask(round: number): Promise<void> {
    const started = Date.now();
    const query = this.query;
    const [graph, proxies, mesh, resources] = await Promise.all([
      read<Graph>(query), read<Proxies>("/api/v1/proxies"), read<Mesh>("/api/v1/mesh"), read<Resources>("/api/v1/resources"),
    ]);
    if (round !== this.round) return;
    const answers = [graph, proxies, mesh, resources];
    const silent = answers.every((answer) => answer.silent);
    this.publish({
      graph: merged(this.live.graph, graph),
      graphQuery: graph.data ? query : this.live.graphQuery,
      proxies: merged(this.live.proxies, proxies),
      mesh: merged(this.live.mesh, mesh),
      resources: merged(this.live.resources, resources),
      connection: this.connection(silent, answers[0]?.failure ?? ""),
    });
    this.timer = setTimeout(() => this.again(), Math.max(100, PERIOD_MS - (Date.now() - started)));
  }

  private connection(silent: boolean, reason: string): Connection {
    const before = this.live.connection;
    if (!silent) return before.state === "answering" ? before : { state: "answering", since: Date.now(), reason: "" };
    if (before.state === "silent") return { ...before, reason };
    return { state: "silent", since: this.lastAnswer() ?? before.since, reason };
  }

  private lastAnswer(): number | undefined {
    const times = [this.live.graph, this.live.proxies, this.live.mesh, this.live.resources].flatMap((source) => source.receivedAt ?? []);
    return times.length > 0 ? Math.max(...times) : undefined;
  }

  private publish(change: Partial<Live>): void {
    this.live = { ...this.live, ...change };
    this.listeners.forEach((listener) => listener(this.live));
  }
}

interface Answer<T> extends Source<T> {
  silent: boolean;
}

function merged<T>(before: Source<T>, answer: Answer<T>): Source<T> {
  if (answer.data === undefined) return { ...before, failure: answer.failure };
  return { data: answer.data, receivedAt: answer.receivedAt };
}

async function read<T>(path: string): Promise<Answer<T>> {
  try {
    const response = await reach(path);
    if (!response.ok) return { silent: false, failure: refusal(path, response) };
    return { silent: false, data: (await response.json()) as T, receivedAt: Date.now() };
  } catch (problem) {
    if (problem instanceof Silent) return { silent: true, failure: problem.message };
    return { silent: false, failure: `${path} answered something that is not JSON` };
  }
}

function refusal(path: string, response: Response): string {
  const answer = `${path} answered ${response.status} ${response.statusText}`.trim();
  if (response.status !== 401 && response.status !== 403) return answer;
  return `${answer}: reading needs the admin token here; open the dashboard on the control plane's own machine or through an SSH tunnel to it`;
}

async function reach(path: string): Promise<Response> {
  try {
    return await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(DEADLINE_MS), headers: { accept: "application/json" } });
  } catch (problem) {
    const slow = problem instanceof DOMException && problem.name === "TimeoutError";
    throw new Silent(slow ? `no answer within ${DEADLINE_MS / 1000} s` : "connection failed");
  }
}
