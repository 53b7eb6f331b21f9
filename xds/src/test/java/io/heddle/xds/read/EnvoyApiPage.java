package io.heddle.xds.read;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Fields.Fate;
import java.util.List;
import java.util.stream.Collectors;

/// Writes `docs/reference/envoy-api.md` from what the readers declare.
final class EnvoyApiPage {
    private static final String INTRODUCTION = """
            # Envoy's API as the proxy reads it

            Every message of Envoy's v3 API that the proxy reads, and what becomes of each of its fields. This page is written from the same lists by which the readers judge what they get, and a test fails when it differs.

            - **supported**: as Envoy documents it. **with limits**: as far as the remark says.
            - **accepted**: may be set and changes nothing here; the remark says why that is as meant.
            - **ignored**: has no effect; a warning names the resource and the field.
            - **refused**: the configuration is refused (NACK over xDS, an error at start), naming the resource and the field; the last good configuration stays. A switch (`BoolValue`) that is off is not refused.

            A message that does not stand here, an extension of another type for example, is refused, or ignored with a warning where the remark of the field that holds it says so.
            """;

    private EnvoyApiPage() {}

    static String text() {
        var page = new StringBuilder(INTRODUCTION);
        for (var part : EnvoyApi.PARTS) {
            page.append("\n## ").append(part.title()).append('\n');
            part.fields().forEach(fields -> message(fields, page));
        }
        return page.toString();
    }

    private static void message(Fields<?> fields, StringBuilder page) {
        var kind = Messages.descriptor(fields);
        page.append("\n### `").append(kind.getFullName()).append("`\n\n");
        page.append("| field | status | remark |\n|---|---|---|\n");
        for (var field : kind.getFields()) {
            var found = fields.of(field.getName());
            if (isShown(found.fate())) {
                page.append("| `%s` | %s | %s |\n".formatted(field.getName(), status(found.fate()), found.remark()));
            }
        }
        list("Refused", names(fields, kind.getFields(), Fate.REFUSED), page);
        list("Ignored", names(fields, kind.getFields(), Fate.IGNORED), page);
    }

    private static boolean isShown(Fate fate) {
        return fate != Fate.IGNORED && fate != Fate.REFUSED;
    }

    private static String status(Fate fate) {
        return switch (fate) {
            case READ -> "supported";
            case LIMITED -> "with limits";
            case ACCEPTED -> "accepted";
            case IGNORED -> "ignored";
            case REFUSED, REJECTED -> "refused";
        };
    }

    private static String names(Fields<?> fields, List<FieldDescriptor> all, Fate fate) {
        return all.stream()
                .filter(field -> fields.of(field.getName()).fate() == fate)
                .map(field -> "`" + field.getName() + "`")
                .collect(Collectors.joining(", "));
    }

    private static void list(String title, String names, StringBuilder page) {
        if (!names.isEmpty()) {
            page.append("\n%s: %s.\n".formatted(title, names));
        }
    }
}
