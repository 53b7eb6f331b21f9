package io.heddle.control.reconcile;

import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.Write;
import io.heddle.control.store.WriteResult;
import io.heddle.dialect.Document;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// The one way for users' changes into the store: a dry run, then the write. Changes pass one at a time, so what
/// the dry run saw is what the write meets.
public final class ConfigGate {
    private final ConfigStore store;
    private final DryRun dryRun;
    private final Supplier<Collection<ProxyNode>> proxies;

    /// @param proxies the proxies connected now
    /// @param trial writes one view's configuration and says what is wrong with it
    public ConfigGate(
            ConfigStore store,
            MeshSettings settings,
            Supplier<Collection<ProxyNode>> proxies,
            Function<ProxyView, List<Problem>> trial) {
        this.store = store;
        this.proxies = proxies;
        this.dryRun = new DryRun(settings, trial);
    }

    /// Makes the change, or says everything that is wrong with it and makes nothing.
    ///
    /// @param onlyTry answers what would happen, and stores nothing
    /// @return one result an object, puts first, with the warnings
    /// @throws io.heddle.control.store.ConflictException when a document names a version that is no longer current
    public synchronized Checked<List<WriteResult>> pass(ChangeSet change, boolean onlyTry) {
        var stored = new TreeMap<ObjectName, Document>();
        store.all().forEach(object -> stored.put(object.name(), StoredDocuments.document(object)));
        var checked = dryRun.check(aged(change, stored), stored, proxies.get());
        return switch (checked) {
            case Checked.Rejected<ChangeSet>(List<Problem> problems) -> new Checked.Rejected<>(problems);
            case Checked.Ok<ChangeSet>(var _, List<Problem> warnings) ->
                new Checked.Ok<>(onlyTry ? outlook(change) : store.write(writes(change)), warnings);
        };
    }

    /// A replaced object keeps its age, which settles conflicts between objects.
    private static ChangeSet aged(ChangeSet change, Map<ObjectName, Document> stored) {
        var puts = new ArrayList<Document>();
        for (var document : change.puts()) {
            var before = Optional.ofNullable(stored.get(document.object()));
            puts.add(before.flatMap(Document::creationTimestamp)
                    .map(created -> withAge(document, created.toString()))
                    .orElse(document));
        }
        return new ChangeSet(puts, change.deletes());
    }

    private static Document withAge(Document document, String created) {
        var tree = new LinkedHashMap<>(document.tree());
        var metadata = new LinkedHashMap<String, Object>();
        if (tree.get("metadata") instanceof Map<?, ?> written) {
            written.forEach((key, value) -> metadata.put(String.valueOf(key), value));
        }
        metadata.put("creationTimestamp", created);
        tree.put("metadata", metadata);
        return new Document(document.object(), document.apiVersion(), tree);
    }

    private static List<Write> writes(ChangeSet change) {
        var writes = new ArrayList<Write>();
        change.puts().forEach(document -> writes.add(StoredDocuments.put(document)));
        change.deletes().forEach(object -> writes.add(new Write.Delete(object, Optional.empty())));
        return writes;
    }

    private List<WriteResult> outlook(ChangeSet change) {
        return writes(change).stream().map(this::outlook).toList();
    }

    private WriteResult outlook(Write write) {
        var before = store.find(write.name());
        return switch (write) {
            case Write.Delete delete ->
                new WriteResult(
                        delete.name(),
                        before.isPresent() ? WriteResult.Action.DELETED : WriteResult.Action.NOT_FOUND,
                        0);
            case Write.Put put -> {
                if (before.isEmpty()) {
                    yield new WriteResult(put.name(), WriteResult.Action.CREATED, 1);
                }
                boolean same = before.get().document().equals(put.document());
                boolean sameSpec = before.get().specDigest().equals(put.specDigest());
                yield new WriteResult(
                        put.name(),
                        same ? WriteResult.Action.UNCHANGED : WriteResult.Action.CONFIGURED,
                        before.get().generation() + (sameSpec ? 0 : 1));
            }
        };
    }
}
