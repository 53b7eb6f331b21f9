package io.heddle.xds.schema;

import org.jspecify.annotations.Nullable;

/// Where in a tree something stands. Written out only when there is something to say of it.
///
/// @param outer what it stands in; null at the root
/// @param step `name`, or `[index]`
record TreePath(@Nullable TreePath outer, String step) {
    static final TreePath ROOT = new TreePath(null, "");

    TreePath field(String name) {
        return new TreePath(this, name);
    }

    TreePath element(int index) {
        return new TreePath(this, "[" + index + "]");
    }

    TreePath key(Object key) {
        return new TreePath(this, "[" + key + "]");
    }

    @Override
    public String toString() {
        if (outer == null) {
            return step;
        }
        var before = outer.toString();
        return before.isEmpty() || step.startsWith("[") ? before + step : before + "." + step;
    }
}
