package io.heddle.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A book on the shelf.
///
/// @param id its place on the shelf, from 1
/// @param title its title
/// @param author who wrote it
/// @param year when it came out
/// @param cents its price
record Book(int id, String title, String author, int year, int cents) {
    /// Every book the shop sells.
    static final List<Book> SHELF = List.of(
            new Book(1, "The Comedy of Errors", "William Shakespeare", 1594, 1299),
            new Book(2, "Middlemarch", "George Eliot", 1871, 1850),
            new Book(3, "Moby-Dick", "Herman Melville", 1851, 1675),
            new Book(4, "The Weavers", "Gerhart Hauptmann", 1892, 1120),
            new Book(5, "Silas Marner", "George Eliot", 1861, 990),
            new Book(6, "Frankenstein", "Mary Shelley", 1818, 1075));

    /// The book with this id.
    static Optional<Book> withId(String id) {
        return SHELF.stream()
                .filter(book -> Integer.toString(book.id).equals(id))
                .findFirst();
    }

    /// How many stars readers give it, 1 to 5.
    int stars() {
        return 3 + (id * 7 + 1) % 3;
    }

    /// The price as people write it, for example `12.99`.
    static String price(long cents) {
        return "%d.%02d".formatted(cents / 100, cents % 100);
    }

    /// Its fields as the catalog answers them.
    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("id", id);
        fields.put("title", title);
        fields.put("author", author);
        fields.put("year", year);
        fields.put("price", price(cents));
        return fields;
    }
}
