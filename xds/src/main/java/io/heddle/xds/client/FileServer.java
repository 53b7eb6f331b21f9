package io.heddle.xds.client;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.read.Bootstrap.ConfigFiles;
import io.heddle.xds.read.ConfigFile;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Files of configuration, as the server of an [AdsConversation] of the state of the world: so what is in
/// files goes live in the same order, and waits for the same, as what comes over ADS.
///
/// A file is read when it is first asked for, and again when it is seen to have changed. One that cannot be
/// read, or that names what no file can have, is refused as a whole: nothing is sent of it, and what it said
/// before stays. Not thread-safe, but for the counts.
public final class FileServer {
    private final Map<ResourceType, String> roots = new EnumMap<>(ResourceType.class);
    private final Consumer<List<Problem>> refused;
    private final Map<ResourceType, Set<String>> wanted = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Map<String, String>> paths = new EnumMap<>(ResourceType.class);
    private final Map<Place, String> seen = new HashMap<>();
    private final Map<ResourceType, FileUpdates> updates = new EnumMap<>(ResourceType.class);
    /// The nonces of the responses that were answered last.
    private final Map<ResourceType, String> answered = new EnumMap<>(ResourceType.class);
    private long responses;

    /// Serves `files`; `refused` is told why one of them cannot be used.
    public FileServer(ConfigFiles files, Consumer<List<Problem>> refused) {
        this.refused = refused;
        files.listeners().ifPresent(path -> roots.put(ResourceType.LDS, path));
        files.clusters().ifPresent(path -> roots.put(ResourceType.CDS, path));
        for (var type : ResourceType.values()) {
            updates.put(type, new FileUpdates());
        }
    }

    private record Place(ResourceType type, String path) {}

    /// How reading the files of a type went. Any thread.
    public FileUpdates updates(ResourceType type) {
        return updates.getOrDefault(type, new FileUpdates());
    }

    /// The responses to a request.
    ///
    /// @throws IOException when it is none
    public List<byte[]> answer(byte[] message) throws IOException {
        var request = DiscoveryRequest.parseFrom(message);
        var known = ResourceType.ofTypeUrl(request.getTypeUrl());
        if (known.isEmpty()) {
            return List.of();
        }
        var type = known.get();
        note(type, request);
        return type.wildcardByDefault() ? begin(type) : more(type, Set.copyOf(request.getResourceNamesList()));
    }

    /// Counts what the request says of a response, if anything.
    private void note(ResourceType type, DiscoveryRequest request) {
        if (type.wildcardByDefault() && !roots.containsKey(type)) {
            return; // It was told that there is nothing.
        }
        boolean news = !request.getResponseNonce().isEmpty()
                && !request.getResponseNonce().equals(answered.put(type, request.getResponseNonce()));
        if (request.hasErrorDetail()) {
            updates(type).rejected();
        } else if (news) {
            updates(type).accepted();
        }
    }

    /// All of a type, when it is asked for first. Without a file there is nothing of it.
    private List<byte[]> begin(ResourceType type) {
        if (wanted.putIfAbsent(type, Set.of()) != null) {
            return List.of();
        }
        var path = roots.get(type);
        return path == null ? List.of(response(type, List.of())) : read(new Place(type, path));
    }

    /// What is asked for now and was not before.
    private List<byte[]> more(ResourceType type, Set<String> names) {
        var before = wanted.put(type, names);
        var fresh = new HashSet<>(names);
        fresh.removeAll(before == null ? Set.of() : before);
        return readAll(type, fresh);
    }

    private List<byte[]> readAll(ResourceType type, Set<String> names) {
        var files = new HashSet<String>();
        names.forEach(name -> Optional.ofNullable(in(paths, type).get(name)).ifPresent(files::add));
        var all = new ArrayList<byte[]>();
        files.forEach(path -> all.addAll(read(new Place(type, path))));
        return all;
    }

    /// Looks whether files have changed, and reads those that have.
    public List<byte[]> look() {
        var all = new ArrayList<byte[]>();
        for (var place : places()) {
            var before = seen.get(place);
            if (before != null && !before.equals(mark(place.path()))) {
                all.addAll(read(place));
            }
        }
        return all;
    }

    /// The files that something is wanted of.
    private Set<Place> places() {
        var places = new HashSet<Place>();
        roots.forEach((type, path) -> places.add(new Place(type, path)));
        wanted.forEach((type, names) -> names.forEach(name ->
                Optional.ofNullable(in(paths, type).get(name)).ifPresent(path -> places.add(new Place(type, path)))));
        seen.keySet().retainAll(places);
        return places;
    }

    private List<byte[]> read(Place place) {
        updates(place.type()).attempted();
        seen.put(place, mark(place.path()));
        return switch (ConfigFile.read(place.type(), place.path()).then(found -> own(place.type(), found))) {
            case Checked.Ok<List<NamedResource>>(var resources, var _) -> send(place, resources);
            case Checked.Rejected<List<NamedResource>>(var problems) -> {
                updates(place.type()).failed();
                refused.accept(problems);
                yield List.of();
            }
        };
    }

    /// Nothing else than files is to be waited for.
    private static Checked<List<NamedResource>> own(ResourceType type, List<NamedResource> resources) {
        if (!References.anyOverAds(ResourceSet.EMPTY.with(type, resources))) {
            return Checked.ok(resources);
        }
        return new Checked.Rejected<>(resources.stream()
                .filter(resource -> References.anyOverAds(ResourceSet.EMPTY.with(type, List.of(resource))))
                .map(resource -> Problem.error(
                        type.object(resource.name()),
                        "",
                        "names routes, endpoints or secrets over ADS, and configuration comes from files",
                        "name their file by path_config_source"))
                .toList());
    }

    private List<byte[]> send(Place place, List<NamedResource> resources) {
        if (!place.type().wildcardByDefault()) {
            var here = resources.stream()
                    .filter(resource -> of(wanted, place.type()).contains(resource.name()))
                    .filter(resource ->
                            place.path().equals(in(paths, place.type()).get(resource.name())))
                    .toList();
            return List.of(response(place.type(), here));
        }
        var all = new ArrayList<byte[]>();
        all.add(response(place.type(), resources));
        var set = ResourceSet.EMPTY.with(place.type(), resources);
        References.paths(set).forEach((type, named) -> all.addAll(readAll(type, moved(type, named))));
        return all;
    }

    /// Takes over in which files resources are; the names of those that are wanted already and are in another
    /// file now.
    private Set<String> moved(ResourceType type, Map<String, String> named) {
        var known = paths.computeIfAbsent(type, _ -> new HashMap<>());
        known.keySet().removeIf(name -> !of(wanted, type).contains(name) && !named.containsKey(name));
        var moved = new HashSet<String>();
        named.forEach((name, path) -> {
            boolean other = !path.equals(known.put(name, path));
            if (other && of(wanted, type).contains(name)) {
                moved.add(name);
            }
        });
        return moved;
    }

    private byte[] response(ResourceType type, List<NamedResource> resources) {
        responses++;
        var response = DiscoveryResponse.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setVersionInfo(Long.toString(responses))
                .setNonce(Long.toString(responses));
        resources.forEach(resource -> response.addResources(resource.body()));
        return response.build().toByteArray();
    }

    /// What changes when a file does, or when another one is moved or linked to its place.
    private static String mark(String path) {
        try {
            var found = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
            return found.lastModifiedTime() + "/" + found.size() + "/" + found.fileKey();
        } catch (IOException | InvalidPathException absent) {
            return String.valueOf(absent.getMessage());
        }
    }

    private static Map<String, String> in(Map<ResourceType, Map<String, String>> all, ResourceType type) {
        return all.getOrDefault(type, Map.of());
    }

    private static Set<String> of(Map<ResourceType, Set<String>> all, ResourceType type) {
        return all.getOrDefault(type, Set.of());
    }
}
