package io.heddle.proxy;

import io.heddle.proxy.admin.LogLevels;
import io.heddle.proxy.observe.AccessLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Everything that a proxy can be told at its start. [#of] has the defaults.
///
/// @param bootstrap Envoy's v3 bootstrap
/// @param stateFolder where the identity and the last good configuration are kept; made if absent
/// @param concurrency how many event loops; 0 for one a processor
/// @param node what replaces or joins the bootstrap's node
/// @param drainTime how long requests under way may go on after [Proxy#drain]
/// @param identity how an identity is obtained
/// @param accessLog the proxy's own access log; empty for none
/// @param metrics the metrics port; empty for none
/// @param awaitApplication whether the application is still to start: the mesh is told that requests may come only
///     after [Proxy#applicationReady]
/// @param lastGoodAfter how long a start waits for a control plane that gives no sign of life before the last good
///     configuration is used; one that cannot be connected to is not waited for
/// @param logLevels what its admin interface can see and change of the process's loggers
public record ProxyOptions(
        BootstrapSource bootstrap,
        Path stateFolder,
        int concurrency,
        NodeOverrides node,
        Duration drainTime,
        Identity identity,
        Optional<AccessLogs.Settings> accessLog,
        Optional<MetricsPort> metrics,
        boolean awaitApplication,
        Duration lastGoodAfter,
        LogLevels logLevels) {
    /// A proxy with `bootstrap` and, for the rest, the defaults: one event loop, 5 s to drain, no join token, no access
    /// log of its own, no metrics port, and 3 s until the last good configuration is used.
    public static ProxyOptions of(BootstrapSource bootstrap, Path stateFolder) {
        return new ProxyOptions(
                bootstrap,
                stateFolder,
                1,
                NodeOverrides.NONE,
                Duration.ofSeconds(5),
                Identity.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                false,
                Duration.ofSeconds(3),
                LogLevels.NONE);
    }

    /// Where the bootstrap is.
    public sealed interface BootstrapSource {
        /// In a file, YAML or JSON.
        record File(Path path) implements BootstrapSource {}

        /// Here, YAML or JSON.
        record Text(String text) implements BootstrapSource {}
    }

    /// What replaces or joins the bootstrap's node.
    ///
    /// @param id replaces the node's id
    /// @param cluster replaces the node's cluster
    /// @param metadata joins the node's metadata; of two values with the same name, this one stays
    public record NodeOverrides(Optional<String> id, Optional<String> cluster, Map<String, Object> metadata) {
        public static final NodeOverrides NONE = new NodeOverrides(Optional.empty(), Optional.empty(), Map.of());

        public NodeOverrides {
            metadata = Map.copyOf(metadata);
        }
    }

    /// How an identity is obtained. It is used when the control plane is reached over TLS.
    ///
    /// @param joinToken what proves who asks the first time
    /// @param rootFile the mesh's root certificates; empty: those in the state folder
    /// @param lifetime how long a certificate is asked to be good for
    public record Identity(Optional<String> joinToken, Optional<Path> rootFile, Duration lifetime) {
        public static final Identity DEFAULT = new Identity(Optional.empty(), Optional.empty(), Duration.ofHours(24));

        /// Without the token.
        @Override
        public String toString() {
            return "Identity[" + rootFile + ", " + lifetime + "]";
        }
    }

    /// Where metrics are served.
    ///
    /// @param host the IP address bound
    /// @param port 0 picks one
    public record MetricsPort(String host, int port) {}

    public ProxyOptions withConcurrency(int loops) {
        return with(draft -> draft.concurrency = loops);
    }

    public ProxyOptions withNode(NodeOverrides overrides) {
        return with(draft -> draft.node = overrides);
    }

    public ProxyOptions withDrainTime(Duration time) {
        return with(draft -> draft.drainTime = time);
    }

    public ProxyOptions withIdentity(Identity how) {
        return with(draft -> draft.identity = how);
    }

    public ProxyOptions withAccessLog(AccessLogs.Settings log) {
        return with(draft -> draft.accessLog = Optional.of(log));
    }

    public ProxyOptions withMetrics(MetricsPort port) {
        return with(draft -> draft.metrics = Optional.of(port));
    }

    public ProxyOptions withApplicationToCome() {
        return with(draft -> draft.awaitApplication = true);
    }

    public ProxyOptions withLastGoodAfter(Duration silence) {
        return with(draft -> draft.lastGoodAfter = silence);
    }

    public ProxyOptions withLogLevels(LogLevels levels) {
        return with(draft -> draft.logLevels = levels);
    }

    private ProxyOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.whole();
    }

    /// Options that one of the methods above is changing. It names every component once on the way in and once on the
    /// way out, so that the methods need to name their own only.
    private static final class Draft {
        private final BootstrapSource bootstrap;
        private final Path stateFolder;
        private int concurrency;
        private NodeOverrides node;
        private Duration drainTime;
        private Identity identity;
        private Optional<AccessLogs.Settings> accessLog;
        private Optional<MetricsPort> metrics;
        private boolean awaitApplication;
        private Duration lastGoodAfter;
        private LogLevels logLevels;

        Draft(ProxyOptions from) {
            bootstrap = from.bootstrap;
            stateFolder = from.stateFolder;
            concurrency = from.concurrency;
            node = from.node;
            drainTime = from.drainTime;
            identity = from.identity;
            accessLog = from.accessLog;
            metrics = from.metrics;
            awaitApplication = from.awaitApplication;
            lastGoodAfter = from.lastGoodAfter;
            logLevels = from.logLevels;
        }

        ProxyOptions whole() {
            return new ProxyOptions(
                    bootstrap,
                    stateFolder,
                    concurrency,
                    node,
                    drainTime,
                    identity,
                    accessLog,
                    metrics,
                    awaitApplication,
                    lastGoodAfter,
                    logLevels);
        }
    }
}
