package io.heddle.cli.client;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.model.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The control plane's REST API, one method a call. Safe for use by many threads.
///
/// Every method throws [Failure] with the fitting exit code when the control plane is away, wants another token, does
/// not know the object or fails itself, and [RefusedException] when it refuses a configuration.
public final class ControlPlaneClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Location location;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();

    /// A client of the control plane at `location`; connects on first use.
    public ControlPlaneClient(Location location) {
        this.location = location;
    }

    /// Where it speaks to.
    public Location location() {
        return location;
    }

    /// Applies YAML or JSON documents, all or nothing.
    public JsonNode apply(String documents, String namespace, boolean dryRun) {
        return send("POST", "/api/v1/apply?dryRun=" + dryRun + "&namespace=" + encode(namespace), documents);
    }

    /// Deletes the objects that YAML or JSON documents name.
    public JsonNode delete(String documents, String namespace) {
        return send("POST", "/api/v1/delete?namespace=" + encode(namespace), documents);
    }

    /// Deletes one object.
    public JsonNode delete(String kind, String namespace, String name) {
        return send("DELETE", path(kind, namespace, name), "");
    }

    /// The stored objects of a kind, in one namespace or all.
    public List<JsonNode> resources(String kind, Optional<String> namespace) {
        var filter = namespace.map(wanted -> "&namespace=" + encode(wanted)).orElse("");
        return List.copyOf(send("GET", "/api/v1/resources?kind=" + encode(kind) + filter, "")
                .path("items")
                .valueStream()
                .toList());
    }

    /// One stored object with its status.
    public JsonNode resource(String kind, String namespace, String name) {
        return send("GET", path(kind, namespace, name), "");
    }

    /// The status of an object's deletion: on how many proxies it is gone.
    public JsonNode deletion(String kind, String namespace, String name) {
        return send("GET", "/api/v1/deletions/" + object(kind, namespace, name), "");
    }

    /// Every known proxy with its state.
    public List<JsonNode> proxies() {
        return List.copyOf(
                send("GET", "/api/v1/proxies", "").path("items").valueStream().toList());
    }

    /// The service graph over the last seconds.
    public JsonNode graph(int windowSeconds) {
        return send("GET", "/api/v1/graph?by=service&window=" + windowSeconds, "");
    }

    /// What a proxy would do with a request: `for` names the proxy, the other parameters ask.
    public JsonNode explain(Map<String, String> query) {
        var text = query.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return send("GET", "/api/v1/explain?" + text, "");
    }

    /// What runs there.
    public JsonNode version() {
        return send("GET", "/api/v1/version", "");
    }

    /// A single-use join token for a workload identity.
    public JsonNode token(TokenRequest request) {
        var body = new LinkedHashMap<String, Object>();
        body.put("namespace", request.namespace());
        body.put("account", request.account());
        body.put("ttlSeconds", request.life().toSeconds());
        if (!request.services().isEmpty()) {
            body.put("services", request.services());
        }
        if (!request.labels().isEmpty()) {
            body.put("labels", request.labels());
        }
        return send("POST", "/api/v1/tokens", MAPPER.writeValueAsString(body));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static String path(String kind, String namespace, String name) {
        return "/api/v1/resources/" + object(kind, namespace, name);
    }

    private static String object(String kind, String namespace, String name) {
        return encode(kind) + "/" + encode(namespace) + "/" + encode(name);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode send(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(location.api() + path))
                .timeout(TIMEOUT)
                .header("accept", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("content-type", body.startsWith("{") ? "application/json" : "application/yaml");
        }
        location.token().ifPresent(token -> request.header("authorization", "Bearer " + token));
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return answer(response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILURE, "interrupted while waiting for " + location.api(), "try again", e);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "the control plane at " + location.api() + " does not answer (" + Unanswered.words(e) + ")",
                    "check that 'heddle control' runs there, or name another with --server",
                    e);
        }
    }

    private JsonNode answer(HttpResponse<String> response) {
        ensureOurs(response);
        var json = parse(response);
        int status = response.statusCode();
        if (status < 300) {
            return json;
        }
        var problems = problems(json);
        if (status == 422) {
            throw new RefusedException(problems);
        }
        var reason = problems.isEmpty()
                ? "the control plane answered " + status + reason(json)
                : problems.getFirst().object() + ": " + problems.getFirst().reason();
        var remedy = problems.isEmpty() ? "" : problems.getFirst().remedy();
        throw switch (status) {
            case 401, 403 ->
                new Failure(
                        ExitCode.DENIED,
                        "the control plane at " + location.api() + " does not accept "
                                + (location.token().isPresent() ? "this token" : "a request without its token"),
                        "give its admin.token with --token-file or " + Locator.TOKEN);
            case 404 ->
                problems.isEmpty()
                        ? new Failure(ExitCode.NOT_FOUND, reason, "list what there is with 'heddle get all -A'")
                        : new Failure(ExitCode.NOT_FOUND, problems);
            case 400, 409, 413 ->
                problems.isEmpty()
                        ? new Failure(ExitCode.REFUSED, reason, remedy)
                        : new Failure(ExitCode.REFUSED, problems);
            default -> new Failure(ExitCode.FAILURE, reason, remedy.isEmpty() ? "see the control plane's log" : remedy);
        };
    }

    /// Refuses the answer of another program, and of another mesh than the one whose state directory was named.
    private void ensureOurs(HttpResponse<String> response) {
        var mesh = response.headers().firstValue("heddle-mesh");
        if (mesh.isEmpty()) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "what listens at " + location.api() + " is not the API of a Heddle control plane",
                    "check the address; 'heddle control' prints it when it starts");
        }
        var state = location.stateDirectory().map(StateDirectory::new);
        var expected = state.flatMap(StateDirectory::mesh);
        if (expected.isPresent() && !expected.equals(mesh)) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "the control plane of " + state.orElseThrow().path() + " is gone; another mesh's listens at "
                            + location.api() + " now",
                    "start it again with 'heddle control --state-dir', or name another with --server");
        }
    }

    private static String reason(JsonNode json) {
        var text = json.path("error").asString("");
        return text.isEmpty() ? "" : ": " + text;
    }

    private JsonNode parse(HttpResponse<String> response) {
        try {
            return MAPPER.readTree(response.body());
        } catch (JacksonException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    location.api() + " answered " + response.statusCode() + " with something that is not JSON",
                    "check that this is a Heddle control plane's API address",
                    e);
        }
    }

    private static List<Problem> problems(JsonNode json) {
        var problems = new ArrayList<Problem>();
        for (var problem : json.path("problems")) {
            problems.add(problem(problem));
        }
        return problems;
    }

    /// Reads one problem as the API writes it.
    public static Problem problem(JsonNode json) {
        return new Problem(
                json.path("severity").asString("ERROR").equals("WARNING")
                        ? Problem.Severity.WARNING
                        : Problem.Severity.ERROR,
                json.path("object").asString(""),
                json.path("path").asString(""),
                json.path("reason").asString(""),
                json.path("remedy").asString(""));
    }
}
