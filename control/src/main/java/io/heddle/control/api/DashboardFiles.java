package io.heddle.control.api;

import io.heddle.control.api.Route.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The dashboard's files, from the class path. Only the files listed can be asked for.
final class DashboardFiles {
    private static final String FOLDER = "/dashboard/";
    private static final Map<String, String> FILES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "app.js", "text/javascript; charset=utf-8",
            "app.css", "text/css; charset=utf-8",
            "icon.svg", "image/svg+xml");

    private DashboardFiles() {}

    static List<Route> routes() {
        var routes = new ArrayList<Route>();
        routes.add(new Route("GET", "/", Access.OPEN, _ -> file("index.html")));
        FILES.keySet().forEach(name -> routes.add(new Route("GET", "/" + name, Access.OPEN, _ -> file(name))));
        return routes;
    }

    private static Answer file(String name) throws RefusedException {
        var type = Optional.ofNullable(FILES.get(name));
        try (var in = DashboardFiles.class.getResourceAsStream(FOLDER + name)) {
            if (in == null || type.isEmpty()) {
                throw RefusedException.notFound("dashboard file " + name + ", which this distribution does not have");
            }
            return new Answer(200, type.get(), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the class path cannot be read", e);
        }
    }
}
