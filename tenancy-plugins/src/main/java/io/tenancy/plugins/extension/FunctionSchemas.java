package io.tenancy.plugins.extension;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.schema.CompiledSchema;
import io.tenancy.plugins.schema.SchemaProblem;
import java.util.Optional;

/** Schemas of functions, read once for each version of a plugin and remembered for all tenants. Safe for many threads. */
final class FunctionSchemas {

    // By what they take as text: some thousand usual ones, or some hundred as large as manifests may have them.
    private static final int MOST_CHARACTERS = 8 << 20;

    private final Cache<Key, Schemas> remembered = Caffeine.newBuilder()
            .maximumWeight(MOST_CHARACTERS)
            .weigher((Key key, Schemas schemas) -> schemas.characters)
            .build();

    private record Key(String digest, String function) {}

    /** What a function takes and answers. */
    record Schemas(CompiledSchema input, CompiledSchema output, int characters) {}

    /** The schemas of a function of the package with that digest. */
    Schemas of(String digest, PluginFunction function) {
        return remembered.get(
                new Key(digest, function.name()),
                key -> new Schemas(
                        CompiledSchema.of(function.input()),
                        CompiledSchema.of(function.output()),
                        function.input().length() + function.output().length()));
    }

    /** In words: whose, which function, where and what was expected. */
    static Optional<String> told(String plugin, String function, String what, Optional<SchemaProblem> problem) {
        return problem.map(found -> "The " + what + " of function '" + function + "' of plugin " + plugin
                + " is not as its manifest has it, at "
                + (found.path().isEmpty() ? "its top" : found.path()) + ": " + found.what());
    }
}
