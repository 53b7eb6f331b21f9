package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.ListenerFilter.PortPredicate;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Reads listener filters. One that is not known is an error: what it would have found out decides who gets in where.
final class ListenerFilterReader {
    private static final String PACKAGE = "envoy.extensions.filters.listener.";
    private static final String TLS_INSPECTOR = PACKAGE + "tls_inspector.v3.TlsInspector";
    private static final String HTTP_INSPECTOR = PACKAGE + "http_inspector.v3.HttpInspector";
    private static final String PROXY_PROTOCOL = PACKAGE + "proxy_protocol.v3.ProxyProtocol";
    private static final String ORIGINAL_DST = PACKAGE + "original_dst.v3.OriginalDst";
    private static final String ORIGINAL_SRC = PACKAGE + "original_src.v3.OriginalSrc";
    private static final int DEEPEST = 16;

    private static final Fields<io.envoyproxy.envoy.config.listener.v3.ListenerFilter> FILTER = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.listener.v3.ListenerFilter.class)
            .reads("name", "filter_disabled")
            .limits(
                    "typed_config",
                    "`tls_inspector`, `http_inspector`, `proxy_protocol`, `original_dst`, `original_src`");
    private static final Fields<ListenerFilterChainMatchPredicate> PREDICATE = Fields.refusingOthers(
                    ListenerFilterChainMatchPredicate.class)
            .reads("or_match", "and_match", "not_match", "any_match", "destination_port_range");
    private static final Fields<ListenerFilterChainMatchPredicate.MatchSet> PREDICATES = Fields.refusingOthers(
                    ListenerFilterChainMatchPredicate.MatchSet.class)
            .reads("rules");
    private static final Fields<TlsInspector> TLS = Fields.ignoringOthers(TlsInspector.class)
            .accepts("initial_read_buffer_size", "what comes is looked at as it comes")
            .reads("close_connection_on_client_hello_parsing_errors");
    private static final Fields<ProxyProtocol> PROXY = Fields.ignoringOthers(ProxyProtocol.class)
            .reads("allow_requests_without_proxy_protocol", "disallowed_versions")
            .refuses("rules");
    private static final Fields<OriginalSrc> SOURCE =
            Fields.refusingOthers(OriginalSrc.class).reads("mark");

    /// What of listener filters is read.
    static final List<Fields<?>> FIELDS = List.of(FILTER, PREDICATE, PREDICATES, TLS, PROXY, SOURCE);

    private ListenerFilterReader() {}

    static List<ListenerFilter.Step> read(Listener message, Scope scope) {
        var steps = new ArrayList<ListenerFilter.Step>();
        for (int i = 0; i < message.getListenerFiltersCount(); i++) {
            var filter = message.getListenerFilters(i);
            var here = scope.at("listener_filters", i);
            here.check(filter, FILTER);
            var disabled = filter.hasFilterDisabled()
                    ? predicate(filter.getFilterDisabled(), here.at("filter_disabled"), 0)
                    : new PortPredicate.Never();
            filter(filter, here).ifPresent(found -> steps.add(new ListenerFilter.Step(found, disabled)));
        }
        return steps;
    }

    private static Optional<ListenerFilter> filter(
            io.envoyproxy.envoy.config.listener.v3.ListenerFilter message, Scope scope) {
        var config = message.getTypedConfig();
        var here = scope.at("typed_config");
        return switch (Scope.type(config)) {
            case TLS_INSPECTOR -> here.unpack(config, TlsInspector.parser()).map(found -> tls(found, here));
            case HTTP_INSPECTOR -> Optional.of(new ListenerFilter.HttpInspector());
            case PROXY_PROTOCOL -> here.unpack(config, ProxyProtocol.parser()).map(found -> proxy(found, here));
            case ORIGINAL_DST -> Optional.of(new ListenerFilter.OriginalDestination());
            case ORIGINAL_SRC -> here.unpack(config, OriginalSrc.parser()).map(found -> source(found, here));
            default -> {
                scope.error("listener filter " + message.getName() + " is not supported", "remove it");
                yield Optional.empty();
            }
        };
    }

    private static ListenerFilter tls(TlsInspector message, Scope scope) {
        scope.check(message, TLS);
        return new ListenerFilter.TlsInspector(message.getCloseConnectionOnClientHelloParsingErrors());
    }

    private static ListenerFilter proxy(ProxyProtocol message, Scope scope) {
        scope.check(message, PROXY);
        var versions = new TreeSet<>(List.of(1, 2));
        for (var refused : message.getDisallowedVersionsList()) {
            versions.remove(refused == ProxyProtocolConfig.Version.V1 ? 1 : 2);
        }
        if (versions.isEmpty()) {
            scope.at("disallowed_versions").error("leaves no version", "remove one");
        }
        return new ListenerFilter.ProxyProtocol(message.getAllowRequestsWithoutProxyProtocol(), versions);
    }

    private static ListenerFilter source(OriginalSrc message, Scope scope) {
        scope.check(message, SOURCE);
        return new ListenerFilter.OriginalSource(message.getMark());
    }

    private static PortPredicate predicate(ListenerFilterChainMatchPredicate message, Scope scope, int depth) {
        if (depth > DEEPEST) {
            scope.error("is nested deeper than " + DEEPEST, "flatten it");
            return new PortPredicate.Never();
        }
        scope.check(message, PREDICATE);
        return switch (message.getRuleCase()) {
            case OR_MATCH -> new PortPredicate.Any(rules(message.getOrMatch(), scope.at("or_match"), depth));
            case AND_MATCH -> new PortPredicate.All(rules(message.getAndMatch(), scope.at("and_match"), depth));
            case NOT_MATCH -> new PortPredicate.Not(predicate(message.getNotMatch(), scope.at("not_match"), depth + 1));
            case ANY_MATCH -> new PortPredicate.Always();
            case DESTINATION_PORT_RANGE ->
                new PortPredicate.Range(
                        message.getDestinationPortRange().getStart(),
                        message.getDestinationPortRange().getEnd());
            case RULE_NOT_SET -> {
                scope.error("says nothing", "set a rule, or remove filter_disabled");
                yield new PortPredicate.Never();
            }
        };
    }

    private static List<PortPredicate> rules(
            ListenerFilterChainMatchPredicate.MatchSet message, Scope scope, int depth) {
        var rules = new ArrayList<PortPredicate>();
        for (int i = 0; i < message.getRulesCount(); i++) {
            rules.add(predicate(message.getRules(i), scope.at("rules", i), depth + 1));
        }
        return rules;
    }
}
