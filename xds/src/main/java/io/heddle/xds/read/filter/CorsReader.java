package io.heddle.xds.read.filter;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.heddle.traffic.filter.CorsFilter;
import io.heddle.traffic.filter.CsrfFilter;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads which pages of other origins may ask, and which may change something.
public final class CorsReader {
    private static final Fields<Cors> CORS = Fields.refusingOthers(Cors.class);
    private static final Fields<CorsPolicy> POLICY = Fields.refusingOthers(CorsPolicy.class)
            .reads("allow_origin_string_match", "allow_methods", "allow_headers", "expose_headers", "max_age")
            .reads("allow_credentials", "filter_enabled", "shadow_enabled", "allow_private_network_access")
            .reads("forward_not_matching_preflights");
    private static final Fields<io.envoyproxy.envoy.config.route.v3.CorsPolicy> OF_OLD = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.route.v3.CorsPolicy.class)
            .reads("allow_origin_string_match", "allow_methods", "allow_headers", "expose_headers", "max_age")
            .reads("allow_credentials", "filter_enabled", "shadow_enabled", "allow_private_network_access")
            .reads("forward_not_matching_preflights");
    private static final Fields<CsrfPolicy> CSRF =
            Fields.refusingOthers(CsrfPolicy.class).reads("filter_enabled", "shadow_enabled", "additional_origins");

    /// What of CORS and CSRF is read.
    static final List<Fields<?>> FIELDS = List.of(CORS, POLICY, OF_OLD, CSRF);

    private CorsReader() {}

    static CorsFilter filter(String name, Cors message, Scope scope) {
        scope.check(message, CORS);
        return new CorsFilter(name);
    }

    static CorsFilter.Policy policy(CorsPolicy message, Scope scope) {
        scope.check(message, POLICY);
        return new CorsFilter.Policy(
                MatcherReader.texts(message.getAllowOriginStringMatchList(), scope, "allow_origin_string_match"),
                new CorsFilter.Told(
                        HeadTexts.value(message.getAllowMethods(), scope.at("allow_methods")),
                        HeadTexts.value(message.getAllowHeaders(), scope.at("allow_headers")),
                        HeadTexts.value(message.getExposeHeaders(), scope.at("expose_headers")),
                        HeadTexts.value(message.getMaxAge(), scope.at("max_age"))),
                flag(message.hasAllowCredentials(), message.getAllowCredentials()),
                flag(message.hasAllowPrivateNetworkAccess(), message.getAllowPrivateNetworkAccess()),
                message.hasFilterEnabled()
                        ? Values.share(message.getFilterEnabled(), scope.at("filter_enabled"))
                        : RuntimeShare.ALL,
                Values.share(message.getShadowEnabled(), scope.at("shadow_enabled")),
                flag(message.hasForwardNotMatchingPreflights(), message.getForwardNotMatchingPreflights()));
    }

    /// Settings by filter, to which a policy at its older place, `cors` of a route or a virtual host, is added. It
    /// holds for filters by whatever name, which routes do not know, that have no settings by that.
    public static Map<String, Any> withOld(
            Map<String, Any> configs, io.envoyproxy.envoy.config.route.v3.CorsPolicy old, Scope scope) {
        if (old.equals(io.envoyproxy.envoy.config.route.v3.CorsPolicy.getDefaultInstance())) {
            return configs;
        }
        scope.check(old, OF_OLD);
        var policy = CorsPolicy.newBuilder()
                .addAllAllowOriginStringMatch(old.getAllowOriginStringMatchList())
                .setAllowMethods(old.getAllowMethods())
                .setAllowHeaders(old.getAllowHeaders())
                .setExposeHeaders(old.getExposeHeaders())
                .setMaxAge(old.getMaxAge());
        if (old.hasAllowCredentials()) {
            policy.setAllowCredentials(old.getAllowCredentials());
        }
        if (old.hasFilterEnabled()) {
            policy.setFilterEnabled(old.getFilterEnabled());
        }
        if (old.hasShadowEnabled()) {
            policy.setShadowEnabled(old.getShadowEnabled());
        }
        if (old.hasAllowPrivateNetworkAccess()) {
            policy.setAllowPrivateNetworkAccess(old.getAllowPrivateNetworkAccess());
        }
        if (old.hasForwardNotMatchingPreflights()) {
            policy.setForwardNotMatchingPreflights(old.getForwardNotMatchingPreflights());
        }
        var all = new HashMap<>(configs);
        all.put(CorsFilter.OF_ANY_NAME, Any.pack(policy.build()));
        return all;
    }

    private static Optional<Boolean> flag(boolean given, BoolValue message) {
        return given ? Optional.of(message.getValue()) : Optional.empty();
    }

    static CsrfFilter.Policy csrf(CsrfPolicy message, Scope scope) {
        scope.check(message, CSRF);
        if (!message.hasFilterEnabled()) {
            scope.at("filter_enabled").error("is missing", "write for example default_value: {numerator: 100}");
        }
        return new CsrfFilter.Policy(
                Values.share(message.getFilterEnabled(), scope.at("filter_enabled")),
                Values.share(message.getShadowEnabled(), scope.at("shadow_enabled")),
                MatcherReader.texts(message.getAdditionalOriginsList(), scope, "additional_origins"));
    }
}
