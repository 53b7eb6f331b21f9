package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// The ports of one sidecar; 0 means not chosen yet.
///
/// @param outbound where the application sends its requests, on loopback
/// @param inbound where other sidecars reach this one
/// @param metrics where Prometheus reads
/// @param admin the administration port, on loopback
public record SidecarPorts(int outbound, int inbound, int metrics, int admin) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// These ports; those not chosen from the file of an earlier run; and else free ones. Writes the file.
    ///
    /// @throws Failure when the file cannot be read or written
    SidecarPorts settle(Path file, FreePorts free, String address) {
        var earlier = read(file);
        var settled = new SidecarPorts(
                choose(outbound, earlier.outbound, free, "127.0.0.1"),
                choose(inbound, earlier.inbound, free, address),
                choose(metrics, earlier.metrics, free, address),
                choose(admin, earlier.admin, free, "127.0.0.1"));
        settled.write(file);
        return settled;
    }

    /// Refuses to begin with a port that somebody else has: the sidecar would never get ready.
    ///
    /// @throws Failure naming the port and its option
    void ensureFree(String address) {
        ensureFree("--outbound-port", outbound, "127.0.0.1");
        ensureFree("--inbound-port", inbound, address);
        ensureFree("--metrics-port", metrics, address);
        ensureFree("--admin-port", admin, "127.0.0.1");
    }

    private static void ensureFree(String option, int port, String address) {
        if (!FreePorts.isFree(address, port)) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "the sidecar's port " + port + " on " + address + " cannot be opened: it is taken, or the address"
                            + " is not this machine's",
                    "end what listens there (this workload may be running already), or choose another with " + option);
        }
    }

    /// Where the sidecar of `spec` listens, for people. Under interception it takes inbound connections on
    /// every address, because they are led to it from any.
    String words(WorkloadSpec spec) {
        return "outbound 127.0.0.1:%d, inbound %s, metrics %s, admin 127.0.0.1:%d"
                .formatted(
                        outbound,
                        spec.applicationPort().isEmpty() ? "none" : at(listens(spec), inbound),
                        at(spec.address(), metrics),
                        admin);
    }

    /// The same for programs. `inbound` is missing where nothing comes in.
    ObjectNode json(WorkloadSpec spec) {
        var json = MAPPER.createObjectNode()
                .put("namespace", spec.namespace())
                .put("workload", spec.name())
                .put("address", spec.address())
                .put("outbound", "127.0.0.1:" + outbound)
                .put("metrics", at(spec.address(), metrics))
                .put("admin", "127.0.0.1:" + admin);
        if (spec.applicationPort().isPresent()) {
            json.put("inbound", at(listens(spec), inbound));
        }
        return json;
    }

    private static String listens(WorkloadSpec spec) {
        return spec.interception().isPresent() ? "0.0.0.0" : spec.address();
    }

    private static String at(String address, int port) {
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }

    private static int choose(int wanted, int earlier, FreePorts free, String address) {
        if (wanted > 0) {
            return wanted;
        }
        return earlier > 0 ? earlier : free.take(address);
    }

    private static SidecarPorts read(Path file) {
        try {
            var json = MAPPER.readTree(Files.readString(file));
            return new SidecarPorts(
                    json.path("outbound").asInt(0),
                    json.path("inbound").asInt(0),
                    json.path("metrics").asInt(0),
                    json.path("admin").asInt(0));
        } catch (NoSuchFileException e) {
            return new SidecarPorts(0, 0, 0, 0);
        } catch (IOException | JacksonException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "cannot read " + file + ": " + e.getMessage(),
                    "remove it to choose ports anew",
                    e);
        }
    }

    private void write(Path file) {
        var json = MAPPER.writeValueAsString(
                Map.of("outbound", outbound, "inbound", inbound, "metrics", metrics, "admin", admin));
        writeWhole(file, json + "\n");
    }

    /// Writes a file so that nobody ever sees half of it.
    static void writeWhole(Path file, String text) {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILURE, "cannot write " + file + ": " + e.getMessage(), "check --state-dir", e);
        }
    }
}
