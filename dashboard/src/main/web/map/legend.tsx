// What the map's colours and marks mean, with the limits they are judged by.
import { DEGRADED_BELOW, FAILING_BELOW } from "../data/health";
import { percent } from "../data/format";
import { LockIcon, OpenLockIcon } from "../parts/icons";

export function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      <li><i class="good" />{percent(DEGRADED_BELOW)} or more succeed</li>
      <li><i class="degraded" />below {percent(DEGRADED_BELOW)}</li>
      <li><i class="failing" />below {percent(FAILING_BELOW)}</li>
      <li><i class="idle" />no traffic</li>
      <li><code>p50 / p99</code>answered in that time: half, 99 of 100</li>
      <li class="closed"><LockIcon size={13} />mutual TLS</li>
      <li class="open"><OpenLockIcon size={13} />plaintext</li>
    </ul>
  );
}
