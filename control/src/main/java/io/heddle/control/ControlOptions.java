package io.heddle.control;

import io.heddle.model.view.MeshSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Everything that can be set about a control plane. [#defaults] has every default.
///
/// @param stateDirectory where the store, the CA and the admin token are kept
/// @param configDirectory a directory of YAML files to keep the mesh up to date with
/// @param rateLimits a file of rate limits that all proxies share, or a folder of such files
/// @param ports where it listens
/// @param mesh what holds for the whole mesh
/// @param timing how long things take
/// @param version the version that it reports
public record ControlOptions(
        Path stateDirectory,
        Optional<Path> configDirectory,
        Optional<Path> rateLimits,
        Ports ports,
        MeshSettings mesh,
        Timing timing,
        String version) {
    /// Where a control plane listens.
    ///
    /// @param bindAddress the address of all ports but the plaintext one, which is on loopback always
    /// @param api the REST API and the dashboard; 0 for any free port, as with all of them
    /// @param xds ADS and the certificate service over TLS
    /// @param plaintextXds ADS without identity, for tools on this machine
    /// @param metrics metrics and debug
    /// @param names further DNS names and addresses under which it is called
    public record Ports(String bindAddress, int api, int xds, int plaintextXds, int metrics, List<String> names) {
        public Ports {
            names = List.copyOf(names);
        }
    }

    /// How long things take.
    ///
    /// @param quiet a change is published when no other came for this long
    /// @param longestDelay and at the latest after this time
    /// @param lossGrace how long a workload outlives its sidecar's connection
    /// @param restartGrace how long stored workloads have to come back after a start
    /// @param scrapePeriod how often proxies' metrics are read
    /// @param directoryPeriod how often the configuration directory is looked through
    /// @param certificateLife the usual and longest validity of a workload's certificate
    public record Timing(
            Duration quiet,
            Duration longestDelay,
            Duration lossGrace,
            Duration restartGrace,
            Duration scrapePeriod,
            Duration directoryPeriod,
            Duration certificateLife) {}

    /// The options with every default.
    public static ControlOptions defaults() {
        return new ControlOptions(
                Path.of(".heddle", "control"),
                Optional.empty(),
                Optional.empty(),
                new Ports("127.0.0.1", 8080, 15012, 15010, 15014, List.of()),
                MeshSettings.DEFAULT,
                new Timing(
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofHours(24)),
                "development");
    }

    /// These options with another state directory.
    public ControlOptions withStateDirectory(Path directory) {
        return new ControlOptions(directory, configDirectory, rateLimits, ports, mesh, timing, version);
    }

    /// These options with a configuration directory.
    public ControlOptions withConfigDirectory(Path directory) {
        return new ControlOptions(stateDirectory, Optional.of(directory), rateLimits, ports, mesh, timing, version);
    }

    /// These options with a file of rate limits, or a folder of such files.
    public ControlOptions withRateLimits(Path place) {
        return new ControlOptions(stateDirectory, configDirectory, Optional.of(place), ports, mesh, timing, version);
    }

    /// These options with other ports.
    public ControlOptions withPorts(Ports other) {
        return new ControlOptions(stateDirectory, configDirectory, rateLimits, other, mesh, timing, version);
    }

    /// These options for another mesh.
    public ControlOptions withMesh(MeshSettings other) {
        return new ControlOptions(stateDirectory, configDirectory, rateLimits, ports, other, timing, version);
    }

    /// These options with other times.
    public ControlOptions withTiming(Timing other) {
        return new ControlOptions(stateDirectory, configDirectory, rateLimits, ports, mesh, other, version);
    }

    /// These options with another version.
    public ControlOptions withVersion(String other) {
        return new ControlOptions(stateDirectory, configDirectory, rateLimits, ports, mesh, timing, other);
    }
}
