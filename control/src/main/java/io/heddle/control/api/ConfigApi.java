package io.heddle.control.api;

import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.ObjectStatus;
import io.heddle.control.reconcile.ChangeSet;
import io.heddle.control.reconcile.ConfigGate;
import io.heddle.control.reconcile.StoredDocuments;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.ConflictException;
import io.heddle.control.store.StoredObject;
import io.heddle.control.store.WriteResult;
import io.heddle.dialect.Dialects;
import io.heddle.dialect.Document;
import io.heddle.dialect.Documents;
import io.heddle.dialect.Kind;
import io.heddle.model.name.ObjectName;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Configuration over HTTP: apply, delete, read.
final class ConfigApi {
    private static final String DEFAULT_NAMESPACE = "default";

    private final ConfigStore store;
    private final ConfigGate gate;
    private final ConnectedProxies proxies;

    ConfigApi(ConfigStore store, ConfigGate gate, ConnectedProxies proxies) {
        this.store = store;
        this.gate = gate;
        this.proxies = proxies;
    }

    /// `POST /api/v1/apply`: all documents of the body, or none.
    Answer apply(Call call) throws RefusedException {
        var documents = documents(call);
        return outcome(pass(new ChangeSet(documents, List.of()), call.flag("dryRun")));
    }

    /// `POST /api/v1/delete`: the objects that the body's documents name.
    Answer delete(Call call) throws RefusedException {
        var objects = documents(call).stream().map(Document::object).toList();
        return outcome(deleted(objects, call.flag("dryRun")));
    }

    /// `DELETE /api/v1/resources/{kind}/{namespace}/{name}`.
    Answer deleteOne(Call call) throws RefusedException {
        return outcome(deleted(List.of(object(call)), call.flag("dryRun")));
    }

    private Checked<List<WriteResult>> deleted(List<ObjectName> objects, boolean dryRun) throws RefusedException {
        var missing = objects.stream()
                .filter(object -> store.find(object).isEmpty())
                .map(object -> Problem.error(
                        object.toString(),
                        "",
                        "there is no such object",
                        "list what there is with 'heddle get all -A'"))
                .toList();
        if (missing.size() == objects.size()) {
            throw new RefusedException(404, missing);
        }
        return pass(new ChangeSet(List.of(), objects), dryRun);
    }

    private Checked<List<WriteResult>> pass(ChangeSet change, boolean dryRun) throws RefusedException {
        try {
            return gate.pass(change, dryRun);
        } catch (ConflictException e) {
            throw new RefusedException(
                    409,
                    List.of(Problem.error(
                            "request",
                            "metadata.resourceVersion",
                            String.valueOf(e.getMessage()),
                            "read the object again, or leave resourceVersion out")));
        }
    }

    private static List<Document> documents(Call call) throws RefusedException {
        var parsed = Documents.parse(call.body(), call.parameter("namespace").orElse(DEFAULT_NAMESPACE));
        return switch (parsed) {
            case Checked.Rejected<List<Document>>(List<Problem> problems) -> throw new RefusedException(422, problems);
            case Checked.Ok<List<Document>>(List<Document> documents, var _) -> {
                if (documents.isEmpty()) {
                    throw RefusedException.badRequest("", "the body has no document", "send YAML or JSON objects");
                }
                yield documents;
            }
        };
    }

    private static Answer outcome(Checked<List<WriteResult>> outcome) throws RefusedException {
        return switch (outcome) {
            case Checked.Rejected<List<WriteResult>>(List<Problem> problems) ->
                throw new RefusedException(422, problems);
            case Checked.Ok<List<WriteResult>>(List<WriteResult> results, List<Problem> warnings) ->
                Answer.json(Map.of(
                        "results", results.stream().map(ConfigApi::result).toList(),
                        "warnings", warnings.stream().map(Json::problem).toList()));
        };
    }

    private static Map<String, Object> result(WriteResult result) {
        var map = new LinkedHashMap<String, Object>();
        map.put("object", result.name().toString());
        map.put("kind", result.name().kind());
        map.put("namespace", result.name().namespace());
        map.put("name", result.name().name());
        map.put("action", result.action().name().toLowerCase(Locale.ROOT).replace("_", ""));
        map.put("generation", result.generation());
        return map;
    }

    /// `GET /api/v1/resources`, of all kinds and namespaces or of those asked for.
    Answer list(Call call) {
        var kind = call.parameter("kind").map(ConfigApi::kindName);
        var namespace = call.parameter("namespace");
        var items = store.all().stream()
                .filter(object ->
                        kind.isEmpty() || kind.get().equals(object.name().kind()))
                .filter(object -> namespace.isEmpty()
                        || namespace.get().equals(object.name().namespace()))
                .map(this::withStatus)
                .toList();
        return Answer.json(Map.of("items", items));
    }

    /// `GET /api/v1/resources/{kind}/{namespace}/{name}`.
    Answer one(Call call) throws RefusedException {
        var object = object(call);
        var stored = store.find(object);
        if (stored.isEmpty()) {
            throw RefusedException.notFound(object.toString());
        }
        return Answer.json(withStatus(stored.get()));
    }

    /// `GET /api/v1/deletions/{kind}/{namespace}/{name}`: on how many proxies a deleted object is gone.
    Answer deletion(Call call) throws RefusedException {
        var object = object(call);
        if (store.find(object).isPresent()) {
            throw new RefusedException(
                    409,
                    List.of(Problem.error(
                            object.toString(),
                            "",
                            "it is stored: it was not deleted, or was created again",
                            "delete it; what a file of --config-dir describes must be deleted there")));
        }
        return Answer.json(Map.of("object", object.toString(), "status", status(proxies.removal(object))));
    }

    private static ObjectName object(Call call) {
        return new ObjectName(kindName(call.variable("kind")), call.variable("namespace"), call.variable("name"));
    }

    private static String kindName(String anyName) {
        return Dialects.kind(anyName).map(Kind::kind).orElse(anyName);
    }

    private Map<String, Object> withStatus(StoredObject object) {
        var tree = new LinkedHashMap<>(StoredDocuments.document(object).tree());
        var status = proxies.object(object.name(), object.resourceVersion());
        var map = status(status);
        if (object.name().kind().equals(RouteStatus.KIND)) {
            map.put("parents", new RouteStatus(proxies, object, status).parents(tree));
        }
        tree.put("status", map);
        return tree;
    }

    /// It was an error for whoever applied it; the object that is stored takes part all the same.
    private static Problem asWarning(Problem problem) {
        return Problem.warning(problem.object(), problem.path(), problem.reason(), problem.remedy());
    }

    private static Map<String, Object> status(ObjectStatus status) {
        var map = new LinkedHashMap<String, Object>();
        map.put("accepted", status.accepted());
        map.put("activeOn", status.activeOn());
        map.put("proxies", status.proxies());
        map.put(
                "rejectedBy",
                status.rejectedBy().stream()
                        .map(refusal -> Map.of("proxy", refusal.proxy(), "reason", refusal.reason()))
                        .toList());
        status.liveAfterMillis().ifPresent(millis -> map.put("liveAfterMs", millis));
        if (!status.problems().isEmpty()) {
            map.put("problems", status.problems().stream().map(Json::problem).toList());
        }
        if (!status.warnings().isEmpty()) {
            map.put(
                    "warnings",
                    status.warnings().stream()
                            .map(ConfigApi::asWarning)
                            .map(Json::problem)
                            .toList());
        }
        return map;
    }
}
