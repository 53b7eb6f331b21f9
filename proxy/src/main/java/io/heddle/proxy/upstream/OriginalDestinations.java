package io.heddle.proxy.upstream;

import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.runtime.DestinationRules;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// The hosts of an `ORIGINAL_DST` cluster: whatever its clients wanted to reach, as its
/// [DestinationRules] find out, the latest [#LIMIT] of them. A host that nobody asked for the longest
/// makes room and loses its idle connections; what is under way on it goes on. Safe on any thread.
///
/// What a request says is foreign: an IP address and a port, and nothing else, or it says nothing.
final class OriginalDestinations implements LoadBalancer {
    static final int LIMIT = 1024;

    private static final int LONGEST = 64;
    private static final int LARGEST_PORT = 65_535;

    private final DestinationRules rules;
    private final Runnable invalid;
    private final Function<Host, UpstreamTarget> connect;
    private final Consumer<List<HostState>> retire;
    private final Map<InetSocketAddress, Host> hosts = new LinkedHashMap<>(16, 0.75f, true);

    /// `connect` says how a host is reached, `retire` ends what is idle on hosts, `invalid` hears of
    /// what requests say that is no address.
    OriginalDestinations(
            DestinationRules rules,
            Function<Host, UpstreamTarget> connect,
            Consumer<List<HostState>> retire,
            Runnable invalid) {
        this.rules = rules;
        this.invalid = invalid;
        this.connect = connect;
        this.retire = retire;
    }

    /// The host at an address; the same one while it is remembered.
    synchronized Host host(InetSocketAddress address) {
        var known = hosts.get(address);
        if (known != null) {
            return known;
        }
        if (hosts.size() >= LIMIT) {
            var oldest = hosts.entrySet().iterator();
            retire.accept(List.of(oldest.next().getValue().state()));
            oldest.remove();
        }
        var endpoint = new Endpoint(
                address.getAddress().getHostAddress(),
                address.getPort(),
                1,
                Endpoint.Health.HEALTHY,
                0,
                Map.of(),
                PeerMetadata.UNKNOWN);
        var host = new Host(endpoint, new HostState());
        hosts.put(address, host);
        return host;
    }

    @Override
    public Optional<Host> pick(PickRequest request) {
        return destination(request).map(this::host);
    }

    private Optional<InetSocketAddress> destination(PickRequest request) {
        var found = said(request).or(request::destination);
        return rules.port().isEmpty()
                ? found
                : found.map(address ->
                        new InetSocketAddress(address.getAddress(), rules.port().getAsInt()));
    }

    private Optional<InetSocketAddress> said(PickRequest request) {
        Optional<InetSocketAddress> found = rules.metadata()
                .flatMap(place -> request.metadata(place.namespace(), place.path()))
                .flatMap(OriginalDestinations::text)
                .flatMap(this::address);
        return found.or(() -> rules.header().flatMap(request::sentHeader).flatMap(this::address));
    }

    /// A text, or the first of several.
    private static Optional<String> text(LabelValue value) {
        return switch (value) {
            case LabelValue.Text(var text) -> Optional.of(text);
            case LabelValue.Items(var values)
            when !values.isEmpty() && values.getFirst() instanceof LabelValue.Text(var text) -> Optional.of(text);
            case LabelValue.Items _,
                    LabelValue.Numeric _,
                    LabelValue.Flag _,
                    LabelValue.Fields _,
                    LabelValue.Nothing _ -> Optional.empty();
        };
    }

    private Optional<InetSocketAddress> address(String text) {
        var found = parse(text);
        if (found.isEmpty()) {
            invalid.run();
        }
        return found;
    }

    /// `10.0.0.1:80` or `[2001:db8::1]:80`; empty for anything else.
    static Optional<InetSocketAddress> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || text.length() > LONGEST) {
            return Optional.empty();
        }
        boolean six = text.charAt(0) == '[' && text.charAt(colon - 1) == ']';
        var host = six ? text.substring(1, colon - 1) : text.substring(0, colon);
        var address = six == host.indexOf(':') >= 0 && host.indexOf('%') < 0 && host.indexOf('[') < 0
                ? NetUtil.createInetAddressFromIpAddressString(host)
                : null;
        int port = port(text, colon + 1);
        return address == null || port == 0 ? Optional.empty() : Optional.of(new InetSocketAddress(address, port));
    }

    /// The number that stands from `at` on; 0 when there is none that is a port.
    private static int port(String text, int at) {
        int port = 0;
        for (int i = at; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || port > LARGEST_PORT) {
                return 0;
            }
            port = port * 10 + digit;
        }
        return port > LARGEST_PORT ? 0 : port;
    }

    @Override
    public Optional<Host> pickInService(PickRequest request) {
        return pick(request);
    }

    /// How a host is reached.
    UpstreamTarget target(Host host) {
        return connect.apply(host);
    }

    /// The live state of all hosts.
    synchronized List<HostState> states() {
        var states = new ArrayList<HostState>();
        hosts.values().forEach(host -> states.add(host.state()));
        return states;
    }
}
