package io.heddle.cli.sidecar;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// A running proxy, as far as `heddle run` must know it.
public interface Sidecar extends AutoCloseable {
    /// Waits until it has a configuration to serve with: the control plane's, or its own last good one when the control
    /// plane is away.
    ///
    /// @return whether it has one before `patience` ends
    boolean awaitReady(Duration patience) throws InterruptedException;

    /// Tells the mesh that the application takes requests; before it, none come.
    void applicationReady();

    /// Tells the mesh that no new request should come, and finishes those under way, at most for `patience`.
    void drain(Duration patience);

    /// Stops at once. Idempotent.
    @Override
    void close();

    /// What a proxy is started with.
    ///
    /// @param bootstrap the Envoy v3 bootstrap file
    /// @param stateDirectory where it keeps its identity and its last good configuration
    /// @param ports the ports it was told
    /// @param spec the workload it stands beside
    /// @param xds host and port of the control plane's xDS and certificate service
    /// @param joinToken for the first certificate; empty when there is a valid one already
    /// @param lastGoodAfter how long to wait for a silent control plane before the last good configuration is used
    /// @param accessLog the file for its access log; `/dev/stdout` for standard output
    record Start(
            Path bootstrap,
            Path stateDirectory,
            SidecarPorts ports,
            WorkloadSpec spec,
            String xds,
            Optional<String> joinToken,
            Duration lastGoodAfter,
            String accessLog) {}

    /// Starts proxies.
    @FunctionalInterface
    interface Starter {
        /// Starts one.
        ///
        /// @throws io.heddle.cli.output.Failure when it cannot start, for example because a port is taken
        Sidecar start(Start start);
    }
}
