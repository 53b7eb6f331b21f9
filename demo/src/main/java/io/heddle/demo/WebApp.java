package io.heddle.demo;

import java.util.List;
import java.util.Map;

/// The `web` service: the shop's page at `/` and its API below `/api`.
///
/// `GET /` is HTML, or JSON for a client that asks for it. `GET /api/catalog`, `GET /api/catalog/<id>` and
/// `POST /api/orders` hand on what `catalog` and `orders` answer.
final class WebApp implements App {
    private final Downstream downstream;

    WebApp(Downstream downstream) {
        this.downstream = downstream;
    }

    @Override
    public Answer answer(Call call) throws DownstreamFailure {
        if (call.is("GET", "/")) {
            var catalog = downstream.get("catalog", "/books", call.trace());
            return call.accept().contains("application/json") ? json(200, catalog) : page(catalog);
        }
        if (call.is("GET", "/api/catalog")) {
            return json(200, downstream.get("catalog", "/books", call.trace()));
        }
        if (call.getsBelow("/api/catalog/")) {
            return oneBook(call);
        }
        if (call.is("POST", "/api/orders")) {
            return json(201, downstream.post("orders", "/orders", call.trace(), call.body()));
        }
        return Answer.notFound(call.method() + " " + call.path());
    }

    private Answer oneBook(Call call) throws DownstreamFailure {
        var id = call.path().substring("/api/catalog/".length());
        if (!id.matches("[0-9]{1,9}")) {
            return Answer.notFound("book " + id);
        }
        return json(200, downstream.get("catalog", "/books/" + id, call.trace()));
    }

    private static Answer json(int status, String body) {
        return new Answer(status, "application/json", body);
    }

    private static Answer page(String catalogAnswer) {
        var catalog = Json.object(catalogAnswer);
        var version = String.valueOf(catalog.getOrDefault("version", ""));
        var color = String.valueOf(catalog.getOrDefault("color", ""));
        var cards = new StringBuilder();
        if (catalog.get("books") instanceof List<?> books) {
            for (var book : books) {
                cards.append(card((Map<?, ?>) book, color));
            }
        }
        return new Answer(
                200,
                "text/html; charset=utf-8",
                PAGE.replace("@version@", escape(version))
                        .replace("@instance@", escape(String.valueOf(catalog.getOrDefault("instance", ""))))
                        .replace("@cards@", cards));
    }

    private static String card(Map<?, ?> book, String color) {
        int hue = Math.floorMod(String.valueOf(book.get("title")).hashCode(), 360);
        var stars = book.get("stars") instanceof Long number
                ? "<p class=\"stars " + escape(color) + "\" aria-label=\"" + number + " of 5 stars\">"
                        + "★".repeat(number.intValue()) + "☆".repeat(5 - number.intValue()) + "</p>"
                : "<p class=\"stars none\">no ratings in this version</p>";
        return """
                <article>
                  <div class="cover" style="--hue:%d"><b>%s</b><i>%s</i></div>
                  %s
                  <p class="price">€ %s</p>
                </article>
                """.formatted(
                        hue,
                        escape(String.valueOf(book.get("title"))),
                        escape(String.valueOf(book.get("author"))),
                        stars,
                        escape(String.valueOf(book.get("price"))));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static final String PAGE = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>The Weaver's Bookshop</title>
            <style>
              :root { color-scheme: light dark; font: 16px/1.5 Georgia, serif; }
              body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; }
              header { display: flex; justify-content: space-between; align-items: baseline; flex-wrap: wrap; gap: 1rem; }
              h1 { margin: 0; font-weight: 500; letter-spacing: -.02em; }
              .badge { font: 600 .8rem/1 system-ui, sans-serif; padding: .5em .8em; border-radius: 2em;
                background: color-mix(in srgb, CanvasText 10%, Canvas); }
              main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); margin-top: 2rem; }
              .cover { aspect-ratio: 3/4; border-radius: 4px 10px 10px 4px; padding: 1.2rem; color: #fff; display: flex;
                flex-direction: column; justify-content: space-between; box-shadow: 0 6px 24px #0003;
                background: linear-gradient(110deg, #0004 4%, #0000 6%), linear-gradient(150deg,
                hsl(var(--hue) 45% 42%), hsl(calc(var(--hue) + 40) 50% 26%)); }
              .cover b { font-size: 1.5rem; line-height: 1.15; font-weight: 500; }
              .stars { margin: .6rem 0 0; letter-spacing: .1em; } .stars.red { color: #d22; }
              .stars.none { letter-spacing: 0; opacity: .6; font-style: italic; }
              .price { margin: 0; font: 500 1rem system-ui, sans-serif; }
            </style></head>
            <body><header><h1>The Weaver's Bookshop</h1>
            <span class="badge">catalog @version@ · @instance@</span></header>
            <main>
            @cards@</main></body></html>
            """;
}
