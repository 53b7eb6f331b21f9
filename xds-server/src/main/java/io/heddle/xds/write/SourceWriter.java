package io.heddle.xds.write;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.heddle.model.resource.AccessPolicy.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Writes who calls as RBAC principals.
final class SourceWriter {
    private static final String SCHEME = "spiffe://";
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private SourceWriter() {}

    /// The demands of a source; all must hold.
    static List<Principal> write(Source source) {
        var demands = new ArrayList<Principal>();
        demand(demands, source.principals(), source.notPrincipals(), SourceWriter::principal);
        demand(demands, source.namespaces(), source.notNamespaces(), SourceWriter::namespace);
        demand(demands, source.ipBlocks(), source.notIpBlocks(), SourceWriter::address);
        return demands;
    }

    static void demand(
            List<Principal> demands, List<String> values, List<String> not, Function<String, Principal> writer) {
        if (!values.isEmpty()) {
            demands.add(anyOf(values, writer));
        }
        if (!not.isEmpty()) {
            demands.add(Principal.newBuilder().setNotId(anyOf(not, writer)).build());
        }
    }

    static Principal allOf(List<Principal> demands) {
        return demands.isEmpty()
                ? Principal.newBuilder().setAny(true).build()
                : Principal.newBuilder()
                        .setAndIds(Principal.Set.newBuilder().addAllIds(demands))
                        .build();
    }

    static Principal never() {
        return Principal.newBuilder()
                .setNotId(Principal.newBuilder().setAny(true))
                .build();
    }

    static Principal principal(String value) {
        return authenticated(TextMatches.withPrefix(SCHEME, value));
    }

    static Principal namespace(String value) {
        var pattern = Patterns.quote(value).replace("\\*", ".*");
        return authenticated(StringMatcher.newBuilder()
                .setSafeRegex(Matches.regex(".*/ns/" + pattern + "/.*"))
                .build());
    }

    static Principal address(String block) {
        int slash = block.indexOf('/');
        var address = slash < 0 ? block : block.substring(0, slash);
        int bits = slash < 0
                ? address.contains(":") ? IPV6_BITS : IPV4_BITS
                : Integer.parseInt(block.substring(slash + 1));
        return Principal.newBuilder()
                .setDirectRemoteIp(
                        CidrRange.newBuilder().setAddressPrefix(address).setPrefixLen(UInt32Value.of(bits)))
                .build();
    }

    private static Principal authenticated(StringMatcher matcher) {
        return Principal.newBuilder()
                .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(matcher))
                .build();
    }

    private static Principal anyOf(List<String> values, Function<String, Principal> writer) {
        return Principal.newBuilder()
                .setOrIds(Principal.Set.newBuilder()
                        .addAllIds(values.stream().map(writer).toList()))
                .build();
    }
}
