package io.heddle.dialect;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.model.problem.Checked;
import java.util.List;

/// Whatever the text, reading ends with a value or with problems, and what was read survives being written.
class DocumentsFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void any_text_is_read_or_refused(FuzzedDataProvider data) {
        check(data.consumeRemainingAsString());
    }

    /// The fuzzer's bytes become the spec of a known kind, so that it need not find the envelope.
    @FuzzTest(maxDuration = "1m")
    void any_spec_is_read_or_refused(FuzzedDataProvider data) {
        var kind = data.pickValue(Dialects.kinds());
        var spec = data.consumeRemainingAsString();
        check("apiVersion: " + kind.apiVersions().getFirst() + "\nkind: " + kind.kind()
                + "\nmetadata: {name: a}\nspec: " + spec);
    }

    private static void check(String text) {
        if (!(Documents.parse(text, "default") instanceof Checked.Ok<List<Document>> ok)) {
            return;
        }
        for (var document : ok.value()) {
            var read = Dialects.read(document);
            var yaml = Documents.parse(Documents.toYaml(document.tree()), "default");
            var json = Documents.parse(Documents.toJson(document.tree()), "default");
            var same = Checked.ok(List.of(document));
            if (!yaml.equals(same) || !json.equals(same)) {
                throw new AssertionError("written and read again, the document differs: " + document + " " + read);
            }
        }
    }
}
