package io.heddle.cli.intercept;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.rules.Cidr;
import io.heddle.cli.rules.Family;
import io.heddle.cli.rules.Interception;
import io.heddle.cli.rules.Interception.Inbound;
import io.heddle.cli.rules.Interception.Outbound;
import io.heddle.cli.rules.Interception.Policy;
import io.heddle.cli.rules.Interception.Sidecar;
import io.heddle.cli.rules.Mode;
import io.heddle.cli.rules.NumberRange;
import io.heddle.cli.rules.Selection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// The options that say what is intercepted. Lists are comma-separated; `*` means all.
final class InterceptionOptions {
    private static final String ALL = "*";
    private static final NumberRange SSH = NumberRange.of(22);
    /// Merged metrics, health, and the proxy's metrics: whoever asks for them must reach them, sidecar or not.
    private static final List<NumberRange> OWN =
            List.of(NumberRange.of(15_020), NumberRange.of(15_021), NumberRange.of(15_090));

    private static final String INTERFACE = "[A-Za-z0-9_.:@-]{1,15}|[A-Za-z0-9_.:@-]{1,14}\\+";

    @Option(
            names = "--mode",
            paramLabel = "<mode>",
            defaultValue = "REDIRECT",
            description = "How inbound connections are taken: ${COMPLETION-CANDIDATES}. TPROXY leaves both addresses"
                    + " as they are. Default: ${DEFAULT-VALUE}.")
    private Mode mode = Mode.REDIRECT;

    @Option(
            names = "--inbound-port",
            paramLabel = "<port>",
            defaultValue = "15006",
            description = "Where the sidecar takes inbound connections. Default: ${DEFAULT-VALUE}.")
    private String inboundPort = "15006";

    @Option(
            names = "--outbound-port",
            paramLabel = "<port>",
            defaultValue = "15001",
            description = "Where the sidecar takes outbound connections. Default: ${DEFAULT-VALUE}.")
    private String outboundPort = "15001";

    @Option(
            names = "--proxy-uid",
            paramLabel = "<ids>",
            split = ",",
            defaultValue = "1337",
            description = "The users the sidecar runs as; their connections are left alone. Default: ${DEFAULT-VALUE}.")
    private List<String> proxyUsers = List.of("1337");

    @Option(
            names = "--proxy-gid",
            paramLabel = "<ids>",
            split = ",",
            description = "The groups the sidecar runs in. Default: none.")
    private List<String> proxyGroups = List.of();

    @Option(
            names = "--proxy-mark",
            paramLabel = "<mark>",
            description = "The mark of the sidecar's packets (SO_MARK). Default: none.")
    private Optional<String> proxyMark = Optional.empty();

    @Option(
            names = "--include-inbound-ports",
            paramLabel = "<ports>",
            split = ",",
            defaultValue = "*",
            description = "Only connections to these ports, for example 80,8000-8100. Default: ${DEFAULT-VALUE}, all.")
    private List<String> includeInboundPorts = List.of(ALL);

    @Option(
            names = "--exclude-inbound-ports",
            paramLabel = "<ports>",
            split = ",",
            description =
                    "Never connections to these ports. Whatever is listed, never those to the sidecar's own 15020,"
                            + " 15021 and 15090, nor to 22 unless --include-inbound-ports names it.")
    private List<String> excludeInboundPorts = List.of();

    @Option(
            names = "--include-inbound-interfaces",
            paramLabel = "<names>",
            split = ",",
            defaultValue = "*",
            description = "Only what comes in on these; a + at the end stands for any. Default: ${DEFAULT-VALUE}, all.")
    private List<String> includeInboundInterfaces = List.of(ALL);

    @Option(
            names = "--exclude-inbound-interfaces",
            paramLabel = "<names>",
            split = ",",
            description = "Never what comes in on these.")
    private List<String> excludeInboundInterfaces = List.of();

    @Option(
            names = "--include-outbound-ports",
            paramLabel = "<ports>",
            split = ",",
            description =
                    "Connections to these ports, whatever the address; others only with" + " --include-outbound-cidrs.")
    private List<String> includeOutboundPorts = List.of();

    @Option(
            names = "--exclude-outbound-ports",
            paramLabel = "<ports>",
            split = ",",
            description = "Never connections to these ports.")
    private List<String> excludeOutboundPorts = List.of();

    @Option(
            names = "--include-outbound-cidrs",
            paramLabel = "<networks>",
            split = ",",
            description = "Connections to these networks, for example 10.0.0.0/8,fd00::/8. Default: all, or none with"
                    + " --include-outbound-ports.")
    private List<String> includeOutboundCidrs = List.of();

    @Option(
            names = "--exclude-outbound-cidrs",
            paramLabel = "<networks>",
            split = ",",
            description = "Never connections to these networks.")
    private List<String> excludeOutboundCidrs = List.of();

    @Option(
            names = "--include-outbound-interfaces",
            paramLabel = "<names>",
            split = ",",
            defaultValue = "*",
            description = "Only what leaves on these. Default: ${DEFAULT-VALUE}, all.")
    private List<String> includeOutboundInterfaces = List.of(ALL);

    @Option(
            names = "--exclude-outbound-interfaces",
            paramLabel = "<names>",
            split = ",",
            description = "Never what leaves on these.")
    private List<String> excludeOutboundInterfaces = List.of();

    @Option(
            names = "--include-outbound-uids",
            paramLabel = "<ids>",
            split = ",",
            defaultValue = "*",
            description = "Only connections of these users, for example 1000-1999. Default: ${DEFAULT-VALUE}, all.")
    private List<String> includeOutboundUsers = List.of(ALL);

    @Option(
            names = "--exclude-outbound-uids",
            paramLabel = "<ids>",
            split = ",",
            description = "Never connections of these users.")
    private List<String> excludeOutboundUsers = List.of();

    @Option(
            names = "--include-outbound-gids",
            paramLabel = "<ids>",
            split = ",",
            defaultValue = "*",
            description = "Only connections of these groups. Default: ${DEFAULT-VALUE}, all.")
    private List<String> includeOutboundGroups = List.of(ALL);

    @Option(
            names = "--exclude-outbound-gids",
            paramLabel = "<ids>",
            split = ",",
            description = "Never connections of these groups.")
    private List<String> excludeOutboundGroups = List.of();

    @Option(
            names = "--dns-port",
            paramLabel = "<port>",
            description = "Send the application's DNS queries (port 53, UDP and TCP) to this port of loopback."
                    + " Default: leave them alone.")
    private Optional<String> dnsPort = Optional.empty();

    @Option(
            names = "--ip-family",
            paramLabel = "<family>",
            split = ",",
            description = "${COMPLETION-CANDIDATES}, or both. Default: what the kernel speaks here.")
    private List<Family> families = List.of();

    @Option(
            names = "--tproxy-mark",
            paramLabel = "<mark>",
            defaultValue = "1337",
            description = "The mark of packets under TPROXY. Default: ${DEFAULT-VALUE}.")
    private String tproxyMark = "1337";

    @Option(
            names = "--tproxy-table",
            paramLabel = "<number>",
            defaultValue = "133",
            description = "The routing table for them. Default: ${DEFAULT-VALUE}.")
    private String tproxyTable = "133";

    /// What the options say.
    ///
    /// @param spoken the versions that the kernel speaks
    /// @throws Failure with [ExitCode#USAGE] naming the option that is wrong
    Interception read(Set<Family> spoken) {
        var users = read("--proxy-uid", proxyUsers, NumberRange::ids);
        var groups = read("--proxy-gid", proxyGroups, NumberRange::ids);
        var mark = proxyMark.map(text -> number("--proxy-mark", text, 1, Integer.MAX_VALUE));
        if (users.isEmpty() && groups.isEmpty() && mark.isEmpty()) {
            throw wrong("--proxy-uid", "without it the sidecar's own connections would come back to it", "name a user");
        }
        var policy = new Policy(
                number("--tproxy-mark", tproxyMark, 1, Integer.MAX_VALUE),
                number("--tproxy-table", tproxyTable, 1, Integer.MAX_VALUE));
        int in = port("--inbound-port", inboundPort);
        int out = port("--outbound-port", outboundPort);
        if (in == out) {
            throw wrong(
                    "--inbound-port",
                    "'" + in + "' is the outbound port, too; the sidecar tells the directions apart by their ports",
                    "give each direction a port of its own");
        }
        return new Interception(
                mode,
                in,
                out,
                inbound(policy),
                outbound(),
                new Sidecar(users, groups, mark),
                families.isEmpty() ? spoken : EnumSet.copyOf(families));
    }

    private Inbound inbound(Policy policy) {
        var ports = selection("inbound-ports", includeInboundPorts, excludeInboundPorts, NumberRange::ports);
        return new Inbound(
                new Selection<>(ports.included(), neverInbound(ports)),
                selection(
                        "inbound-interfaces",
                        includeInboundInterfaces,
                        excludeInboundInterfaces,
                        InterceptionOptions::interfaceName),
                policy);
    }

    /// The ports that stay out whatever else is left out, and then those: whoever adds one must not lock himself out.
    private static List<NumberRange> neverInbound(Selection<NumberRange> ports) {
        boolean named = ports.included().stream().flatMap(List::stream).anyMatch(range -> range.covers(SSH));
        return Stream.of(named ? List.<NumberRange>of() : List.of(SSH), OWN, ports.excluded())
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    private Outbound outbound() {
        var networks =
                includeOutboundCidrs.isEmpty() && includeOutboundPorts.isEmpty() ? List.of(ALL) : includeOutboundCidrs;
        var ports = networks.contains(ALL) && includeOutboundPorts.isEmpty() ? List.of(ALL) : includeOutboundPorts;
        return new Outbound(
                selection("outbound-ports", ports, excludeOutboundPorts, NumberRange::ports),
                selection("outbound-cidrs", networks, excludeOutboundCidrs, Cidr::new),
                selection(
                        "outbound-interfaces",
                        includeOutboundInterfaces,
                        excludeOutboundInterfaces,
                        InterceptionOptions::interfaceName),
                selection("outbound-uids", includeOutboundUsers, excludeOutboundUsers, NumberRange::ids),
                selection("outbound-gids", includeOutboundGroups, excludeOutboundGroups, NumberRange::ids),
                dnsPort.map(text -> port("--dns-port", text)));
    }

    private static <T> Selection<T> selection(
            String what, List<String> included, List<String> excluded, Function<String, T> reader) {
        return new Selection<>(
                included.contains(ALL) ? Optional.empty() : Optional.of(read("--include-" + what, included, reader)),
                read("--exclude-" + what, excluded, reader));
    }

    private static <T> List<T> read(String option, List<String> texts, Function<String, T> reader) {
        try {
            return texts.stream()
                    .map(String::strip)
                    .filter(text -> !text.isEmpty())
                    .map(reader)
                    .toList();
        } catch (IllegalArgumentException e) {
            throw wrong(option, String.valueOf(e.getMessage()), "separate several with commas");
        }
    }

    private static String interfaceName(String text) {
        if (!text.matches(INTERFACE)) {
            throw new IllegalArgumentException("'" + text + "' is not an interface's name");
        }
        return text;
    }

    private static int port(String option, String text) {
        return number(option, text, 1, 65_535);
    }

    private static int number(String option, String text, int lowest, int highest) {
        try {
            int number = Integer.decode(text.strip());
            if (number >= lowest && number <= highest) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Said below: it is no number of this range either.
        }
        throw wrong(
                option,
                "'" + text + "' is not a number from " + lowest + " to " + highest,
                "leave it out for the default");
    }

    private static Failure wrong(String option, String reason, String remedy) {
        return new Failure(ExitCode.USAGE, option + ": " + reason, remedy);
    }
}
