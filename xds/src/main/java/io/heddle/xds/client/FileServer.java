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
import java.util.function.Supplier;

/// Files of configuration, as the server of an [AdsConversation] of the state of the world: so what is in
/// files goes live in the same order, and waits for the same, as what comes over ADS.
///
/// A file is read when it is first asked for, and again when it is seen to have changed: another one in its place at
/// once, one that is written where it is when it has not changed between two looks. One that cannot be read, or that
/// names what no file can have, is refused as a whole: nothing is sent of it, and what it said before stays. Routes and
/// endpoints go over to another file when what names it is live.
///
/// Not thread-safe, but for the counts.
public final class FileServer {
    private final Map<ResourceType, String> roots = new EnumMap<>(ResourceType.class);
    private final Consumer<List<Problem>> refused;
    private final Map<ResourceType, Set<String>> wanted = new EnumMap<>(ResourceType.class);
    private final Map<ResourceType, Map<String, String>> paths = new EnumMap<>(ResourceType.class);
    private final Supplier<ResourceSet> live;
    /// The files of what is in use from another one until that which names them is live.
    private final Map<ResourceType, Map<String, String>> moving = new EnumMap<>(ResourceType.class);
    private final Map<Place, Mark> seen = new HashMap<>();
    /// Those that are being written where they are, as they were at the last look.
    private final Map<Place, Mark> written = new HashMap<>();
    private final Map<ResourceType, FileUpdates> updates = new EnumMap<>(ResourceType.class);
    /// The nonces of the responses that were answered last.
    private final Map<ResourceType, String> answered = new EnumMap<>(ResourceType.class);
    private long responses;

    /// Serves `files`; `refused` is told why one of them cannot be used, `live` has what was taken of them.
    public FileServer(ConfigFiles files, Consumer<List<Problem>> refused, Supplier<ResourceSet> live) {
        this.refused = refused;
        this.live = live;
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
        var all = new ArrayList<byte[]>(
                type.wildcardByDefault() ? begin(type) : more(type, Set.copyOf(request.getResourceNamesList())));
        all.addAll(arrived());
        return all;
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
        var all = new ArrayList<byte[]>(arrived());
        for (var place : places()) {
            if (isToRead(place)) {
                all.addAll(read(place));
            }
        }
        return all;
    }

    /// Half of a list is often a whole one, so what is written where it is must have come to rest.
    private boolean isToRead(Place place) {
        var before = seen.get(place);
        var now = Mark.of(place.path());
        if (before == null || before.equals(now)) {
            written.remove(place);
            return false;
        }
        return now.isInPlaceOf(before) || now.equals(written.put(place, now));
    }

    /// The files that something is wanted of.
    private Set<Place> places() {
        var places = new HashSet<Place>();
        roots.forEach((type, path) -> places.add(new Place(type, path)));
        wanted.forEach((type, names) -> names.forEach(name ->
                Optional.ofNullable(in(paths, type).get(name)).ifPresent(path -> places.add(new Place(type, path)))));
        seen.keySet().retainAll(places);
        written.keySet().retainAll(places);
        return places;
    }

    private List<byte[]> read(Place place) {
        updates(place.type()).attempted();
        seen.put(place, Mark.of(place.path()));
        written.remove(place);
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
    /// file now. What is in use stays where it is as long as what names another file is not live.
    private Set<String> moved(ResourceType type, Map<String, String> named) {
        var known = paths.computeIfAbsent(type, _ -> new HashMap<>());
        known.keySet().removeIf(name -> !of(wanted, type).contains(name) && !named.containsKey(name));
        var inUse = in(References.paths(live.get()), type);
        var later = new HashMap<String, String>();
        var moved = new HashSet<String>();
        named.forEach((name, path) -> {
            var before = known.get(name);
            if (path.equals(before)) {
                return;
            }
            boolean isWanted = of(wanted, type).contains(name);
            if (isWanted && before != null && before.equals(inUse.get(name))) {
                later.put(name, path);
                return;
            }
            known.put(name, path);
            if (isWanted) {
                moved.add(name);
            }
        });
        moving.put(type, later);
        return moved;
    }

    /// What is in another file now that is named by what has gone live.
    private List<byte[]> arrived() {
        var all = new ArrayList<byte[]>();
        moving.forEach((type, later) -> {
            var inUse = later.isEmpty() ? Map.<String, String>of() : in(References.paths(live.get()), type);
            var names = new HashSet<String>();
            later.forEach((name, path) -> {
                if (path.equals(inUse.get(name))) {
                    names.add(name);
                    paths.computeIfAbsent(type, _ -> new HashMap<>()).put(name, path);
                }
            });
            later.keySet().removeAll(names);
            all.addAll(readAll(type, names));
        });
        return all;
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
    ///
    /// @param file which one it is; empty where there is none, or none that can be looked at
    /// @param state when it was written and how long it is, or why that cannot be told
    private record Mark(Optional<Object> file, String state) {
        static Mark of(String path) {
            try {
                var found = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
                return new Mark(Optional.ofNullable(found.fileKey()), found.lastModifiedTime() + "/" + found.size());
            } catch (IOException | InvalidPathException absent) {
                return new Mark(Optional.empty(), String.valueOf(absent.getMessage()));
            }
        }

        /// Whether it is another one that was put, whole, where the earlier one was. Where there was none it may be
        /// just beginning.
        boolean isInPlaceOf(Mark earlier) {
            return earlier.file.isPresent() && !file.equals(earlier.file);
        }
    }

    private static Map<String, String> in(Map<ResourceType, Map<String, String>> all, ResourceType type) {
        return all.getOrDefault(type, Map.of());
    }

    private static Set<String> of(Map<ResourceType, Set<String>> all, ResourceType type) {
        return all.getOrDefault(type, Set.of());
    }
}
