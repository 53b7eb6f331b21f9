package io.heddle.dialect.gateway;

import io.heddle.dialect.tree.Fields;
import io.heddle.dialect.tree.Names;
import io.heddle.model.name.ServiceName;

/// Reads the Gateway API's references to objects: group, kind, namespace, name and port.
final class ReferenceReader {
    private ReferenceReader() {}

    /// Whether the reference is to a core Service; absent fields stand for the defaults given.
    static boolean isService(Fields ref, String defaultGroup, String defaultKind) {
        // the empty group is the core group, so an empty text is legal here only
        var group = ref.emptiableText("group").orElse(defaultGroup);
        var kind = ref.text("kind").orElse(defaultKind);
        return (group.isEmpty() || group.equals("core")) && kind.equals("Service");
    }

    /// The service named; the namespace is the route's own when absent.
    static ServiceName service(Fields ref) {
        var namespace = Names.label(ref, "namespace").orElse(ref.object().namespace());
        return new ServiceName(namespace, Names.requiredLabel(ref, "name"));
    }

    /// The service that requests are sent to. One in another namespace is taken with a warning: the ReferenceGrant
    /// that the Gateway API wants for it is not looked for.
    static ServiceName backend(Fields ref) {
        var service = service(ref);
        if (!service.namespace().equals(ref.object().namespace())) {
            ref.warning(
                    "namespace",
                    "is another namespace: no ReferenceGrant is looked for yet",
                    "check that its owner agrees");
        }
        return service;
    }

    static int requiredPort(Fields ref) {
        return ref.requiredInteger("port", 1, 65_535);
    }
}
