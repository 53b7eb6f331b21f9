package io.heddle.xds.read.route;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.route.v3.InternalRedirectPolicy;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.InternalRedirects;
import io.heddle.traffic.route.InternalRedirects.Predicate;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads which redirects of hosts are followed here.
final class InternalRedirectReader {
    private static final Fields<InternalRedirectPolicy> POLICY = Fields.refusingOthers(InternalRedirectPolicy.class)
            .reads("max_internal_redirects", "allow_cross_scheme_redirect", "response_headers_to_copy")
            .limits("redirect_response_codes", "301, 302, 303, 307, 308; others are left out, with a warning")
            .limits("predicates", "`allow_listed_routes`, `previous_routes`, `safe_cross_scheme`");
    private static final Fields<AllowListedRoutesConfig> LISTED =
            Fields.refusingOthers(AllowListedRoutesConfig.class).reads("allowed_route_names");

    /// What of internal redirects is read.
    static final List<Fields<?>> FIELDS = List.of(POLICY, LISTED);

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int FOUND = 302;

    /// What is of one connection only, frames a body, or is the proxy's word.
    private static final Set<String> NEVER_COPIED = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "expect",
            "upgrade",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "http2-settings",
            "x-request-id",
            "x-heddle-peer");

    private static final String PACKAGE = "envoy.extensions.internal_redirect.";

    private InternalRedirectReader() {}

    static InternalRedirects read(InternalRedirectPolicy message, Scope scope) {
        scope.check(message, POLICY);
        var statuses = new HashSet<Integer>();
        for (int i = 0; i < message.getRedirectResponseCodesCount(); i++) {
            int status = message.getRedirectResponseCodes(i);
            if (REDIRECTS.contains(status)) {
                statuses.add(status);
            } else {
                scope.at("redirect_response_codes", i).warning("is no redirect: " + status, "remove it");
            }
        }
        var copied = new ArrayList<HeaderName>();
        for (int i = 0; i < message.getResponseHeadersToCopyCount(); i++) {
            var here = scope.at("response_headers_to_copy", i);
            var name = message.getResponseHeadersToCopy(i).toLowerCase(Locale.ROOT);
            if (NEVER_COPIED.contains(name) || name.startsWith("x-envoy-") || name.startsWith("x-forwarded-")) {
                here.error("would let a host say how a request is framed or whose it is: " + name, "remove it");
            } else {
                HeadTexts.headerName(name, here).ifPresent(copied::add);
            }
        }
        var predicates = new ArrayList<Predicate>();
        for (int i = 0; i < message.getPredicatesCount(); i++) {
            predicate(message.getPredicates(i).getTypedConfig(), scope.at("predicates", i))
                    .ifPresent(predicates::add);
        }
        int most = message.hasMaxInternalRedirects()
                ? (int) Math.min(
                        Integer.toUnsignedLong(message.getMaxInternalRedirects().getValue()), Integer.MAX_VALUE)
                : 1;
        return new InternalRedirects(
                most,
                message.getRedirectResponseCodesCount() == 0 ? Set.of(FOUND) : statuses,
                message.getAllowCrossSchemeRedirect(),
                copied,
                predicates);
    }

    private static Optional<Predicate> predicate(Any config, Scope scope) {
        var type = Scope.type(config);
        return switch (type.startsWith(PACKAGE) ? type.substring(PACKAGE.length()) : "") {
            case "previous_routes.v3.PreviousRoutesConfig" -> Optional.of(new Predicate.NewRoute());
            case "safe_cross_scheme.v3.SafeCrossSchemeConfig" -> Optional.of(new Predicate.SafeScheme());
            case "allow_listed_routes.v3.AllowListedRoutesConfig" ->
                scope.unpack(config, AllowListedRoutesConfig.parser()).map(found -> {
                    scope.at("typed_config").check(found, LISTED);
                    return new Predicate.Listed(Set.copyOf(new HashSet<>(found.getAllowedRouteNamesList())));
                });
            default -> {
                scope.error("is of an unknown type: " + type, "use previous_routes for example");
                yield Optional.empty();
            }
        };
    }
}
