package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Addresses;
import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.resource.AccessPolicy.Source;
import java.util.ArrayList;
import java.util.List;

/// Reads the `source` of an authorization rule: who calls.
final class SourceReader {
    private SourceReader() {}

    static Source read(Fields source) {
        if (source.isEmpty()) {
            source.error("", "an empty source would match everybody", "name at least one field");
        }
        for (var name : List.of("requestPrincipals", "notRequestPrincipals")) {
            source.refuse(name, "cannot be enforced yet: request tokens are not verified", "use principals");
        }
        for (var name : List.of("remoteIpBlocks", "notRemoteIpBlocks")) {
            source.refuse(name, "cannot be enforced yet: the address before a gateway is not known", "use ipBlocks");
        }
        boolean mixed = source.has("serviceAccounts") && (source.has("principals") || source.has("namespaces"));
        if (mixed) {
            source.error("serviceAccounts", "does not go with principals or namespaces", "use one of them");
        }
        return new Source(
                principals(source, "principals", "serviceAccounts"),
                principals(source, "notPrincipals", "notServiceAccounts"),
                Patterns.read(source, "namespaces"),
                Patterns.read(source, "notNamespaces"),
                blocks(source, "ipBlocks"),
                blocks(source, "notIpBlocks"));
    }

    /// Principals, and service accounts (`account` or `namespace/account`) as the principals they have in any trust
    /// domain.
    private static List<String> principals(Fields source, String principals, String accounts) {
        var result = new ArrayList<>(Patterns.read(source, principals));
        for (int i = 0; i < result.size(); i++) {
            Patterns.refuseScheme(source, principals + "[" + i + "]", result.get(i));
        }
        int index = 0;
        for (var account : Patterns.exact(source, accounts)) {
            var place = accounts + "[" + index++ + "]";
            int slash = account.indexOf('/');
            var namespace = slash < 0 ? source.object().namespace() : account.substring(0, slash);
            var name = account.substring(slash + 1);
            if (!Names.isLabel(namespace) || !Names.isDnsName(name)) {
                source.error(
                        place, "\"" + account + "\" is not a service account", "write account or namespace/account");
            }
            result.add("*/ns/" + namespace + "/sa/" + name);
        }
        return result;
    }

    private static List<String> blocks(Fields source, String name) {
        var blocks = Patterns.exact(source, name);
        for (int i = 0; i < blocks.size(); i++) {
            if (!Addresses.isBlock(blocks.get(i))) {
                source.error(
                        name + "[" + i + "]",
                        "\"" + blocks.get(i) + "\" is neither an IP address nor a CIDR range",
                        "for example 10.0.0.7 or 10.9.0.0/16");
            }
        }
        return blocks;
    }
}
