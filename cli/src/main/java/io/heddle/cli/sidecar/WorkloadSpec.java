package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.rules.Mode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Who a workload is and where it is reached.
///
/// @param name the workload's name, unique in its namespace
/// @param namespace its namespace
/// @param account its service account, the last part of its SPIFFE identity
/// @param service the service it is an instance of, `name.namespace`; empty when it only calls
/// @param version the service's version, empty when there is none
/// @param address the address on which other sidecars reach this one
/// @param applicationPort where the application listens on loopback; empty when it only calls
/// @param interception how the kernel leads connections to the sidecar; empty when clients name the sidecar itself
public record WorkloadSpec(
        String name,
        String namespace,
        String account,
        Optional<String> service,
        String version,
        String address,
        OptionalInt applicationPort,
        Optional<Mode> interception) {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    /// Checks what becomes part of names and identities.
    ///
    /// @throws Failure with [ExitCode#USAGE] naming the option that is wrong
    public WorkloadSpec {
        check("--workload", name);
        check("--namespace", namespace);
        check("--account", account);
        if (applicationPort.isPresent() && !isPort(applicationPort.getAsInt())) {
            throw new Failure(ExitCode.USAGE, "--port must be from 1 to 65535", "name the application's port");
        }
        if (service.isPresent() != applicationPort.isPresent()) {
            throw new Failure(
                    ExitCode.USAGE,
                    "--service and --port belong together",
                    "give both for a workload that is called, none for one that only calls");
        }
    }

    /// A workload whose clients name its sidecar.
    public WorkloadSpec(
            String name,
            String namespace,
            String account,
            Optional<String> service,
            String version,
            String address,
            OptionalInt applicationPort) {
        this(name, namespace, account, service, version, address, applicationPort, Optional.empty());
    }

    private static boolean isPort(int number) {
        return number > 0 && number <= 65_535;
    }

    private static void check(String option, String value) {
        if (!value.matches(LABEL)) {
            throw new Failure(
                    ExitCode.USAGE,
                    option + " '" + value + "' is not a name",
                    "use up to 63 lower-case letters, digits and dashes");
        }
    }

    /// The service's first label, for example `catalog` of `catalog.shop`; the workload's name for one that only calls.
    public String canonicalName() {
        return service.map(full -> full.substring(0, full.indexOf('.'))).orElse(name);
    }

    /// The labels by which selectors find the workload.
    public Map<String, String> labels() {
        var labels = new LinkedHashMap<String, String>();
        labels.put("app", canonicalName());
        if (!version.isEmpty()) {
            labels.put("version", version);
        }
        labels.put("service.istio.io/canonical-name", canonicalName());
        labels.put("service.istio.io/canonical-revision", version.isEmpty() ? "latest" : version);
        return labels;
    }
}
