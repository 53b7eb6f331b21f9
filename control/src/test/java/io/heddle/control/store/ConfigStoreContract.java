package io.heddle.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.control.store.WriteResult.Action;
import io.heddle.model.name.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// What every [ConfigStore] must do.
interface ConfigStoreContract {
    ObjectName CATALOG = new ObjectName("Service", "shop", "catalog");
    ObjectName RATINGS = new ObjectName("Service", "shop", "ratings");

    /// Opens the store under test; a second call reopens the same one.
    ConfigStore open();

    static Write put(ObjectName name, String document, String spec) {
        return new Write.Put(name, document, spec, Optional.empty());
    }

    static Write delete(ObjectName name) {
        return new Write.Delete(name, Optional.empty());
    }

    @Test
    default void keeps_a_document_as_it_was_written() {
        try (var store = open()) {
            store.write(List.of(put(CATALOG, "{\"a\":\n1}", "s1")));
            var found = store.find(CATALOG).orElseThrow();
            assertThat(found.document()).isEqualTo("{\"a\":\n1}");
            assertThat(found.generation()).isEqualTo(1);
            assertThat(found.resourceVersion()).isEqualTo(store.revision());
        }
    }

    @Test
    default void counts_a_generation_only_when_the_spec_changes() {
        try (var store = open()) {
            assertThat(store.write(List.of(put(CATALOG, "{}", "s1"))).getFirst().action())
                    .isEqualTo(Action.CREATED);
            assertThat(store.write(List.of(put(CATALOG, "{}", "s1"))).getFirst().action())
                    .isEqualTo(Action.UNCHANGED);
            var labelled = store.write(List.of(put(CATALOG, "{labels}", "s1"))).getFirst();
            assertThat(labelled.action()).isEqualTo(Action.CONFIGURED);
            assertThat(labelled.generation()).isEqualTo(1);
            assertThat(store.write(List.of(put(CATALOG, "{spec}", "s2")))
                            .getFirst()
                            .generation())
                    .isEqualTo(2);
            assertThat(store.revision()).isEqualTo(3);
        }
    }

    @Test
    default void keeps_the_creation_time_across_writes() {
        try (var store = open()) {
            store.write(List.of(put(CATALOG, "{}", "s1")));
            var created = store.find(CATALOG).orElseThrow().created();
            store.write(List.of(put(CATALOG, "{2}", "s2")));
            assertThat(store.find(CATALOG).orElseThrow().created()).isEqualTo(created);
        }
    }

    @Test
    default void refuses_all_writes_when_one_version_does_not_fit() {
        try (var store = open()) {
            store.write(List.of(put(CATALOG, "{}", "s1")));
            var stale = new Write.Put(CATALOG, "{2}", "s2", Optional.of(99L));
            assertThatThrownBy(() -> store.write(List.of(put(RATINGS, "{}", "s"), stale)))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("Service shop/catalog has version 1 now, not 99");
            assertThat(store.find(RATINGS)).isEmpty();
            assertThat(store.find(CATALOG).orElseThrow().document()).isEqualTo("{}");
        }
    }

    @Test
    default void deletes_what_is_there_and_says_what_is_not() {
        try (var store = open()) {
            store.write(List.of(put(CATALOG, "{}", "s1")));
            assertThat(store.write(List.of(delete(CATALOG), delete(RATINGS))))
                    .extracting(WriteResult::action)
                    .containsExactly(Action.DELETED, Action.NOT_FOUND);
            assertThat(store.all()).isEmpty();
        }
    }

    @Test
    default void tells_listeners_of_changes_in_order_and_of_nothing_else() {
        try (var store = open()) {
            var changes = new ArrayList<Change>();
            store.listen(changes::add);
            store.write(List.of(put(CATALOG, "{}", "s1"), put(RATINGS, "{}", "s1")));
            store.write(List.of(put(CATALOG, "{}", "s1")));
            store.write(List.of(delete(RATINGS)));
            assertThat(changes)
                    .containsExactly(new Change(1, Set.of(CATALOG, RATINGS)), new Change(2, Set.of(RATINGS)));
        }
    }

    @Test
    default void has_everything_after_it_was_reopened() {
        try (var store = open()) {
            store.write(List.of(put(RATINGS, "{r}", "s1"), put(CATALOG, "{c}", "s1")));
            store.keyValues("tokens").put("k", "v");
        }
        try (var store = open()) {
            assertThat(store.all()).extracting(StoredObject::name).containsExactly(CATALOG, RATINGS);
            assertThat(store.revision()).isEqualTo(1);
            assertThat(store.keyValues("tokens").entries()).containsEntry("k", "v");
        }
    }

    @Test
    default void lets_exactly_one_of_many_callers_remove_a_value() throws Exception {
        try (var store = open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var values = store.keyValues("tokens");
            values.put("k", "v");
            Callable<Optional<String>> remove = () -> values.remove("k");
            int winners = 0;
            for (var outcome : threads.invokeAll(java.util.Collections.nCopies(16, remove))) {
                winners += outcome.get().isPresent() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
        }
    }
}
