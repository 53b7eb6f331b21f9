package io.heddle.control.reconcile;

import io.heddle.control.reconcile.MeshReading.Reading;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.model.name.Labels;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.MeshSnapshot;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.model.view.ReferenceCheck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// Tries a change in memory: reads it, builds the mesh with it, checks its references, and writes the configuration of
/// every kind of proxy that would get a different one.
///
/// An error refuses the change when the change brings it or writes the object that has it; an error that was there
/// before in some other object does not stand in anybody's way. A deletion that leaves references open is allowed,
/// as in Kubernetes, with a warning for each.
final class DryRun {
    private final MeshSettings settings;
    private final Function<ProxyView, List<Problem>> trial;

    /// @param trial writes a view's configuration and says what is wrong with it
    DryRun(MeshSettings settings, Function<ProxyView, List<Problem>> trial) {
        this.settings = settings;
        this.trial = trial;
    }

    /// Tries `change` on what is stored.
    ///
    /// @param stored every object in the store, by name
    /// @param proxies the connected proxies
    /// @return the warnings of an acceptable change, or all problems
    Checked<ChangeSet> check(ChangeSet change, Map<ObjectName, Document> stored, Collection<ProxyNode> proxies) {
        var problems = new ArrayList<Problem>();
        for (var document : change.puts()) {
            problems.addAll(Dialects.read(document).problems());
        }
        if (problems.stream().anyMatch(Problem::isError)) {
            return new Checked.Rejected<>(problems);
        }
        var next = changed(stored, change);
        var before = snapshot(stored.values());
        var after = snapshot(next.values());
        problems.addAll(referenceProblems(change, before, after));
        if (problems.stream().noneMatch(Problem::isError)) {
            for (var node : oneOfEachKind(namespaces(next.keySet()), proxies)) {
                var view = after.viewFor(node);
                if (!view.equals(before.viewFor(node))) {
                    trial.apply(view).stream()
                            .filter(problem -> !problems.contains(problem))
                            .forEach(problems::add);
                }
            }
        }
        return Checked.of(change, problems);
    }

    /// The mesh of `documents` as the reconcile loop would build it.
    private MeshSnapshot snapshot(Collection<Document> documents) {
        var readings = documents.stream()
                .sorted(Document.BY_AGE)
                .map(document -> Reading.of(document, 0))
                .toList();
        return MeshSnapshot.of(settings, MeshReading.resources(readings));
    }

    private static SortedMap<ObjectName, Document> changed(Map<ObjectName, Document> stored, ChangeSet change) {
        var next = new TreeMap<>(stored);
        change.deletes().forEach(next::remove);
        change.puts().forEach(document -> next.put(document.object(), document));
        return next;
    }

    private static List<Problem> referenceProblems(ChangeSet change, MeshSnapshot before, MeshSnapshot after) {
        var known = new HashSet<>(ReferenceCheck.check(before));
        var written = new HashSet<String>();
        change.puts().forEach(document -> written.add(document.object().toString()));
        var problems = new ArrayList<Problem>();
        for (var problem : ReferenceCheck.check(after)) {
            if (written.contains(problem.object())) {
                problems.add(problem);
            } else if (!known.contains(problem)) {
                problems.add(change.puts().isEmpty() ? asWarning(problem) : problem);
            }
        }
        return problems;
    }

    private static Problem asWarning(Problem problem) {
        return Problem.warning(problem.object(), problem.path(), problem.reason(), problem.remedy());
    }

    /// Proxies with the same namespace, labels and service get the same configuration but for their own ports, so
    /// one of each kind is tried; and one in each namespace, so that something is tried where nothing is connected.
    private List<ProxyNode> oneOfEachKind(Set<String> namespaces, Collection<ProxyNode> proxies) {
        var kinds = new HashSet<Kind>();
        var nodes = new ArrayList<ProxyNode>();
        for (var proxy : proxies) {
            if (kinds.add(
                    new Kind(proxy.namespace(), proxy.labels(), proxy.service().toString(), proxy.interception()))) {
                nodes.add(proxy);
            }
        }
        namespaces.forEach(namespace -> nodes.add(imagined(namespace)));
        return nodes;
    }

    private Set<String> namespaces(Set<ObjectName> objects) {
        var namespaces = new TreeSet<String>();
        namespaces.add(settings.rootNamespace());
        objects.forEach(object -> namespaces.add(object.namespace()));
        return namespaces;
    }

    private record Kind(String namespace, Labels labels, String service, ProxyNode.Interception interception) {}

    private ProxyNode imagined(String namespace) {
        return new ProxyNode(
                "sidecar~127.0.0.1~dry-run." + namespace + "~" + namespace + ".svc." + settings.domainSuffix(),
                new SpiffeId(settings.trustDomain(), namespace, "default"),
                namespace,
                "dry-run",
                Labels.NONE,
                Optional.empty(),
                "127.0.0.1",
                new ProxyNode.Ports(15001, 15006, 8080, 15090, 15000),
                "dry-run");
    }
}
