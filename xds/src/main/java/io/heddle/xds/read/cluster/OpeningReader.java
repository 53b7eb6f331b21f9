package io.heddle.xds.read.cluster;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.PreconnectPolicy;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.runtime.Cluster.Announcement;
import io.heddle.traffic.runtime.ConnectionOpening;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.ConnectionOpening.FirstFamily;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.List;
import java.util.Optional;

/// Reads how connections to a cluster's hosts are opened, and what is said first on them.
final class OpeningReader {
    private static final Fields<BindConfig> BIND = Fields.refusingOthers(BindConfig.class)
            .limits("source_address", "an IP address; hosts of the other family are reached without it")
            .reads("freebind");
    private static final Fields<PreconnectPolicy> PRECONNECT = Fields.ignoringOthers(PreconnectPolicy.class)
            .limits("per_upstream_preconnect_ratio", "1 to 3; an HTTP/2 connection has room for many requests as it is")
            .limits(
                    "predictive_preconnect_ratio",
                    "1 to 3; where hosts are picked in turn or at random, for requests over HTTP");
    private static final Fields<UpstreamConnectionOptions> OPTIONS =
            Fields.ignoringOthers(UpstreamConnectionOptions.class).reads("happy_eyeballs_config");
    private static final Fields<UpstreamConnectionOptions.HappyEyeballsConfig> EYEBALLS = Fields.refusingOthers(
                    UpstreamConnectionOptions.HappyEyeballsConfig.class)
            .reads("first_address_family_version", "first_address_family_count");
    static final Fields<ProxyProtocolUpstreamTransport> PROXY_PROTOCOL = Fields.refusingOthers(
                    ProxyProtocolUpstreamTransport.class)
            .reads("config")
            .limits("transport_socket", "TLS, and plaintext")
            .accepts("allow_unspecified_address", "without addresses `UNKNOWN` or `LOCAL` is said");
    private static final Fields<ProxyProtocolConfig> CONFIG =
            Fields.refusingOthers(ProxyProtocolConfig.class).reads("version");

    /// What of the opening of connections is read.
    static final List<Fields<?>> FIELDS = List.of(BIND, PRECONNECT, OPTIONS, EYEBALLS, PROXY_PROTOCOL, CONFIG);

    private static final double MOST_AHEAD = 3.0;

    private OpeningReader() {}

    static ConnectionOpening read(Cluster message, Scope scope) {
        var source = message.hasUpstreamBindConfig()
                ? source(message.getUpstreamBindConfig(), scope.at("upstream_bind_config"))
                : Optional.<ConnectionOpening.Source>empty();
        var order = order(message.getUpstreamConnectionOptions(), scope.at("upstream_connection_options"));
        if (!message.hasPreconnectPolicy()) {
            return new ConnectionOpening(source, 1.0, 1.0, order);
        }
        var policy = message.getPreconnectPolicy();
        var here = scope.at("preconnect_policy");
        here.check(policy, PRECONNECT);
        double ahead = policy.hasPerUpstreamPreconnectRatio()
                ? ratio(policy.getPerUpstreamPreconnectRatio().getValue(), here.at("per_upstream_preconnect_ratio"))
                : 1.0;
        double predictive = policy.hasPredictivePreconnectRatio()
                ? ratio(policy.getPredictivePreconnectRatio().getValue(), here.at("predictive_preconnect_ratio"))
                : 1.0;
        return new ConnectionOpening(source, ahead, predictive, order);
    }

    private static double ratio(double ratio, Scope scope) {
        if (ratio >= 1.0 && ratio <= MOST_AHEAD) {
            return ratio;
        }
        scope.error("is not from 1 to 3: " + ratio, "write 1.0 to 3.0");
        return 1.0;
    }

    private static AddressOrder order(UpstreamConnectionOptions message, Scope scope) {
        scope.check(message, OPTIONS);
        if (!message.hasHappyEyeballsConfig()) {
            return AddressOrder.DEFAULT;
        }
        var config = message.getHappyEyeballsConfig();
        var here = scope.at("happy_eyeballs_config");
        here.check(config, EYEBALLS);
        int count = config.hasFirstAddressFamilyCount()
                ? config.getFirstAddressFamilyCount().getValue()
                : AddressOrder.DEFAULT.count();
        if (count < 1) {
            here.at("first_address_family_count")
                    .error("is out of range: " + Integer.toUnsignedString(count), "write 1 or a little more");
        }
        var first = switch (config.getFirstAddressFamilyVersion()) {
            case DEFAULT -> FirstFamily.AS_FOUND;
            case V4 -> FirstFamily.IPV4;
            case V6 -> FirstFamily.IPV6;
            case UNRECOGNIZED -> {
                here.at("first_address_family_version").error("is not known", "write DEFAULT, V4 or V6");
                yield FirstFamily.AS_FOUND;
            }
        };
        return new AddressOrder(first, Math.max(1, count));
    }

    private static Optional<ConnectionOpening.Source> source(BindConfig message, Scope scope) {
        scope.check(message, BIND);
        if (!message.hasSourceAddress()) {
            return Optional.empty();
        }
        var here = scope.at("source_address");
        var found = Values.socket(message.getSourceAddress(), here);
        if (found.isPresent() && AddressMatcher.parse(found.get().host()).isEmpty()) {
            here.at("address").error("is no IP address: " + found.get().host(), "write an IPv4 or IPv6 address");
            return Optional.empty();
        }
        return found.map(address -> new ConnectionOpening.Source(
                address.host(), address.port(), message.getFreebind().getValue()));
    }

    /// Which version of the PROXY protocol is spoken.
    static Announcement announcement(ProxyProtocolUpstreamTransport message, Scope scope) {
        scope.check(message, PROXY_PROTOCOL);
        var config = message.getConfig();
        var here = scope.at("config");
        here.check(config, CONFIG);
        return switch (config.getVersion()) {
            case V1 -> Announcement.PROXY_V1;
            case V2 -> Announcement.PROXY_V2;
            case UNRECOGNIZED -> {
                here.at("version").error("is not known", "write V1 or V2");
                yield Announcement.PROXY_V2;
            }
        };
    }
}
