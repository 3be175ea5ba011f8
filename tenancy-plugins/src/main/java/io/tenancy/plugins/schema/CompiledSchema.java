package io.tenancy.plugins.schema;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON Schema of draft 2020-12 that is read once and checks many values. Schemas are strangers' texts: none is fetched
 * from anywhere, and a check ends after {@value #MOST_STEPS} steps or {@value #MOST_CHARACTERS} characters that patterns look
 * at, whatever schema and value are; a value that is not done with by then does not fit. Safe for many threads; schemas with
 * patterns check one value at a time.
 */
public final class CompiledSchema {

    /** How many keywords are evaluated for one value. */
    public static final int MOST_STEPS = 500_000;

    /** How many characters the patterns of a schema look at for one value. */
    public static final int MOST_CHARACTERS = 5_000_000;

    static final int MOST_PROBLEMS = 20;

    private static final int MOST_DEPTH = 500;
    private static final int MOST_NESTING = 100;
    private static final int MOST_DIGITS = 100;
    private static final int MOST_SCALE = 400;
    private static final String HUGE =
            "where numbers are divided, their exponents have to be between -" + MOST_SCALE + " and " + MOST_SCALE;
    private static final String OUTSIDE = "$outside";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_NESTING)
                            .maxNumberLength(MOST_DIGITS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final @Nullable Schema schema;
    private final String fault;
    private final boolean divides;
    private final boolean hasPatterns;
    private final BoundedPattern.Steps steps = new BoundedPattern.Steps();

    private CompiledSchema(String text) {
        Schema read = null;
        String found = "";
        Set<String> words = new HashSet<>();
        try {
            JsonNode node = MAPPER.readTree(text);
            words(node, words);
            if (words.contains("multipleOf") && hasHugeNumber(node)) {
                found = "the schema cannot be used: " + HUGE;
            } else {
                read = registry(steps).getSchema(node);
                // What it refers to is looked for now, and not by many threads at their first checks.
                read.initializeValidators();
            }
        } catch (RuntimeException | StackOverflowError unusable) {
            // The library throws what it likes for schemas that refer to what is not there.
            read = null;
            found = "the schema cannot be used: " + unusable.getMessage();
        }
        schema = read;
        fault = found;
        divides = words.contains("multipleOf");
        hasPatterns = words.contains("pattern") || words.contains("patternProperties") || words.contains(OUTSIDE);
    }

    /** Names of members, and {@link #OUTSIDE} where one refers to another schema. */
    private static void words(JsonNode node, Set<String> words) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            words.add(member.getKey());
            boolean refers = member.getKey().equals("$ref") && member.getValue().isString();
            if (refers && !member.getValue().asString().startsWith("#")) {
                words.add(OUTSIDE);
            }
        }
        for (JsonNode child : node) {
            words(child, words);
        }
    }

    /**
     * Reads a schema.
     *
     * @param schema as JSON
     * @return the schema; one that cannot be used fits no value, and says why
     */
    public static CompiledSchema of(String schema) {
        return new CompiledSchema(schema);
    }

    /**
     * The first thing that is wrong with a value.
     *
     * @param json the value
     * @return where, and what was expected; empty if nothing
     */
    public Optional<SchemaProblem> problem(String json) {
        return problems(json, true).stream().findFirst();
    }

    /**
     * What is wrong with a value.
     *
     * @param json the value
     * @return each with where it stands; empty if nothing, at most {@value #MOST_PROBLEMS}
     */
    public List<SchemaProblem> problems(String json) {
        return problems(json, false);
    }

    private List<SchemaProblem> problems(String json, boolean first) {
        Schema known = schema;
        if (known == null) {
            return whole(fault);
        }
        JsonNode value;
        try {
            value = MAPPER.readTree(json);
        } catch (JacksonException broken) {
            return whole("it is not JSON: " + broken.getOriginalMessage());
        }
        if (value.isMissingNode()) {
            return whole("it is not JSON: there is nothing");
        }
        // Dividing by powers of ten as large as these takes minutes.
        if (divides && hasHugeNumber(value)) {
            return whole(HUGE);
        }
        if (!hasPatterns) {
            return checked(known, value, first);
        }
        synchronized (steps) {
            steps.begin(MOST_CHARACTERS);
            return checked(known, value, first);
        }
    }

    private static List<SchemaProblem> checked(Schema schema, JsonNode value, boolean first) {
        try {
            return schema
                    .validate(
                            value,
                            (ExecutionContext context) -> context.executionConfig(config -> config.locale(Locale.ROOT)
                                    .failFast(first)
                                    .maxEvaluationSteps(MOST_STEPS)
                                    .maxEvaluationDepth(MOST_DEPTH)))
                    .stream()
                    .limit(MOST_PROBLEMS)
                    .map(CompiledSchema::told)
                    .toList();
        } catch (ValidationLimitExceededException endless) {
            return whole("the schema cannot be used: it takes more than " + MOST_STEPS + " steps with this value, or "
                    + MOST_DEPTH + " within each other");
        } catch (RuntimeException | StackOverflowError unusable) {
            return whole("the schema cannot be used: " + unusable.getMessage());
        }
    }

    private static List<SchemaProblem> whole(String what) {
        return List.of(new SchemaProblem("", what));
    }

    private static SchemaProblem told(Error error) {
        return new SchemaProblem(error.getInstanceLocation().toString(), error.getMessage());
    }

    private static boolean hasHugeNumber(JsonNode node) {
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            return Math.abs((long) number.scale()) > MOST_SCALE;
        }
        for (JsonNode child : node) {
            if (hasHugeNumber(child)) {
                return true;
            }
        }
        return false;
    }

    // One for each schema: what one stranger's calls itself must not stand in for another's.
    private static SchemaRegistry registry(BoundedPattern.Steps steps) {
        SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                .regularExpressionFactory(regex -> new BoundedPattern(regex, steps))
                .build();
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaCacheEnabled(false)
                        .schemaRegistryConfig(config)
                        .schemaLoader(loader -> loader.fetchRemoteResources(false)));
    }
}
