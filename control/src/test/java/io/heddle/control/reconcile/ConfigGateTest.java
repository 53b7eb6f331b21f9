package io.heddle.control.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.ConflictException;
import io.heddle.control.store.MvConfigStore;
import io.heddle.control.store.StoredObject;
import io.heddle.control.store.WriteResult;
import io.heddle.control.store.WriteResult.Action;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigGateTest {
    static final String CATALOG = """
            apiVersion: v1
            kind: Service
            metadata: {name: catalog, namespace: shop}
            spec:
              selector: {app: catalog}
              ports: [{name: http, port: 80, targetPort: 9080}]
            """;
    static final String ROUTE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: catalog, namespace: shop}
            spec:
              parentRefs: [{group: "", kind: Service, name: catalog}]
              rules: [{backendRefs: [{name: catalog, port: 80, weight: 90}]}]
            """;
    private static final ObjectName CATALOG_NAME = new ObjectName("Service", "shop", "catalog");

    @TempDir
    Path directory;

    private ConfigStore store;
    private final List<Problem> trialProblems = new ArrayList<>();
    private ConfigGate gate;

    @BeforeEach
    void open() {
        store = MvConfigStore.open(directory.resolve("store.mv"), Clock.systemUTC());
        gate = new ConfigGate(store, MeshSettings.DEFAULT, List::of, _ -> List.copyOf(trialProblems));
    }

    @AfterEach
    void close() {
        store.close();
    }

    static List<Document> documents(String yaml) {
        return switch (Documents.parse(yaml, "default")) {
            case Checked.Ok<List<Document>> ok -> ok.value();
            case Checked.Rejected<List<Document>> rejected -> throw new AssertionError(rejected.problems());
        };
    }

    private Checked<List<WriteResult>> apply(String yaml) {
        return gate.pass(new ChangeSet(documents(yaml), List.of()), false);
    }

    private static List<WriteResult> results(Checked<List<WriteResult>> outcome) {
        if (outcome instanceof Checked.Ok<List<WriteResult>> ok) {
            return ok.value();
        }
        throw new AssertionError(outcome.problems());
    }

    @Test
    void stores_a_good_change_and_says_what_it_did() {
        assertThat(results(apply(CATALOG + "---\n" + ROUTE)))
                .extracting(WriteResult::action)
                .containsExactly(Action.CREATED, Action.CREATED);
        assertThat(results(apply(CATALOG))).extracting(WriteResult::action).containsExactly(Action.UNCHANGED);
    }

    @Test
    void refuses_a_bad_document_and_stores_nothing_of_the_change() {
        var outcome = apply(CATALOG + "---\n" + ROUTE.replace("90", "-1"));
        assertThat(outcome).isInstanceOf(Checked.Rejected.class);
        assertThat(outcome.problems())
                .anySatisfy(problem -> assertThat(problem.path()).contains("weight"));
        assertThat(store.all()).isEmpty();
    }

    @Test
    void refuses_a_route_to_nowhere() {
        var outcome = apply(ROUTE);
        assertThat(outcome).isInstanceOf(Checked.Rejected.class);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void refuses_a_change_that_breaks_another_objects_references() {
        apply(CATALOG + "---\n" + ROUTE);
        assertThat(apply(CATALOG.replace("port: 80,", "port: 81,"))).isInstanceOf(Checked.Rejected.class);
    }

    @Test
    void deletes_what_others_refer_to_with_a_warning_and_lets_other_changes_pass_afterwards() {
        apply(CATALOG + "---\n" + ROUTE);
        var outcome = gate.pass(new ChangeSet(List.of(), List.of(CATALOG_NAME)), false);
        assertThat(results(outcome)).extracting(WriteResult::action).containsExactly(Action.DELETED);
        assertThat(outcome.problems()).isNotEmpty().noneMatch(Problem::isError);
        assertThat(results(apply(CATALOG.replace("catalog", "ratings")))).hasSize(1);
    }

    @Test
    void only_tries_when_asked_to() {
        var outcome = gate.pass(new ChangeSet(documents(CATALOG), List.of()), true);
        assertThat(results(outcome)).extracting(WriteResult::action).containsExactly(Action.CREATED);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void refuses_what_cannot_be_written_for_some_proxy() {
        trialProblems.add(Problem.error("proxy p", "", "cannot be written", ""));
        assertThat(apply(CATALOG)).isInstanceOf(Checked.Rejected.class);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void refuses_a_document_read_at_an_older_version() {
        apply(CATALOG);
        var stale = CATALOG.replace("namespace: shop}", "namespace: shop, resourceVersion: \"7\"}");
        assertThatThrownBy(() -> apply(stale)).isInstanceOf(ConflictException.class);
    }

    @Test
    void takes_back_a_document_as_it_was_handed_out() {
        apply(CATALOG);
        var handedOut = Documents.toJson(
                StoredDocuments.document(store.find(CATALOG_NAME).orElseThrow()).tree());
        assertThat(results(apply(handedOut))).extracting(WriteResult::action).containsExactly(Action.UNCHANGED);
    }

    @Test
    void counts_no_generation_for_another_order_of_keys() {
        apply(CATALOG);
        apply("""
                kind: Service
                apiVersion: v1
                metadata: {namespace: shop, name: catalog}
                spec:
                  ports: [{targetPort: 9080, port: 80, name: http}]
                  selector: {app: catalog}
                """);
        assertThat(store.find(CATALOG_NAME).map(StoredObject::generation)).contains(1L);
    }
}
