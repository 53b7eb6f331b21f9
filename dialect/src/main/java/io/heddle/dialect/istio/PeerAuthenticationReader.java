package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.Selector;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.PeerPolicy.Mode;
import io.heddle.model.resource.Resource;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/// Reads an Istio PeerAuthentication.
public final class PeerAuthenticationReader {
    private static final List<String> MODES =
            Arrays.stream(Mode.values()).map(Mode::name).toList();

    private PeerAuthenticationReader() {}

    /// The policy in `root`. An absent mode is UNSET: whatever the next wider policy says.
    public static Resource read(Fields root) {
        var spec = root.requiredObject("spec");
        var selector = selector(spec);
        var mode = mode(spec.object("mtls"));
        var ports = spec.object("portLevelMtls");
        var portModes = new TreeMap<Integer, Mode>();
        for (var port : ports.names()) {
            var portMode = mode(ports.object(port));
            if (!isPort(port)) {
                ports.error(port, "\"" + port + "\" is not a port", "use a number from 1 to 65535");
                continue;
            }
            portModes.put(Integer.valueOf(port), portMode);
        }
        if (!portModes.isEmpty() && selector.isEmpty()) {
            spec.error("portLevelMtls", "needs a selector", "name the workloads whose ports these are");
        }
        return new PeerPolicy(root.object(), selector, mode, portModes);
    }

    /// The workloads that a policy is for: `selector.matchLabels`.
    public static Selector selector(Fields spec) {
        return spec.optionalObject("selector")
                .map(selector -> {
                    var result = Names.selector(selector, "matchLabels");
                    if (result.isEmpty()) {
                        selector.warning(
                                "",
                                "selects nothing in particular: the policy holds for all workloads",
                                "name labels, or leave the selector out");
                    }
                    return result;
                })
                .orElse(Selector.ALL);
    }

    private static Mode mode(Fields mtls) {
        return mtls.choice("mode", MODES).map(Mode::valueOf).orElse(Mode.UNSET);
    }

    private static boolean isPort(String text) {
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 65_535;
    }
}
