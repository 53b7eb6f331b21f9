package io.heddle.traffic.resilience.health;

import io.heddle.traffic.balance.host.HostState;

/// Takes a host out of balancing after connect failures in a row, for longer each time, where its cluster has no
/// [OutlierDetector]. Stateless: all state is in [HostState]. Safe on any thread.
public final class UnreachableHosts {
    private final UnreachablePolicy policy;

    /// A detector by `policy`.
    public UnreachableHosts(UnreachablePolicy policy) {
        this.policy = policy;
    }

    /// A connection could not be opened at `now` (nanoseconds of the monotonic clock). True when that ejected the host.
    public boolean connectFailed(HostState host, long now) {
        int failures = host.fail();
        if (host.isEjected(now) || failures < policy.consecutiveFailures()) {
            return false;
        }
        long times = host.ejections() + 1L;
        long length = Math.min(
                policy.baseEjection().toNanos() * times, policy.maxEjection().toNanos());
        host.eject(now + length);
        return true;
    }

    /// A connection stands: the row of failures ends, and so does an ejection.
    public void connected(HostState host) {
        host.succeed();
    }
}
