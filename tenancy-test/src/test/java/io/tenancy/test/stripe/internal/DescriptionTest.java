package io.tenancy.test.stripe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What the fake takes is what Stripe takes: each method, path and parameter is in Stripe's published description, or, where
 * that is too old, in the list of what it cannot know, which names the class of stripe-java that has it.
 */
class DescriptionTest {

    private static final String NO_PARAMETERS = "-";

    @Test
    void everyEndpointAndParameterIsStripes() {
        Map<String, Set<String>> described = described();
        Set<String> newer = newer().keySet();
        List<String> unknown = new ArrayList<>();
        for (Routes.Route route : DescriptionTable.routes()) {
            String endpoint = endpoint(route);
            if (newer.contains(endpoint)) {
                continue;
            }
            Set<String> parameters = described.get(endpoint);
            if (parameters == null) {
                unknown.add(endpoint);
            } else {
                route.params().names().stream()
                        .filter(name -> !parameters.contains(name) && !newer.contains(endpoint + " " + name))
                        .forEach(name -> unknown.add(endpoint + " " + name));
            }
        }

        assertThat(unknown).isEmpty();
    }

    @Test
    void whatTheDescriptionCannotKnowIsInStripesOwnClient() {
        List<String> unknown = new ArrayList<>();
        Map<String, String> newer = newer();
        for (Routes.Route route : DescriptionTable.routes()) {
            String endpoint = endpoint(route);
            String whole = newer.get(endpoint);
            for (String name : route.params().names()) {
                String params = whole == null ? newer.get(endpoint + " " + name) : whole;
                if (params != null && !isField(params, name)) {
                    unknown.add(endpoint + " " + name + " in " + params);
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    @Test
    void theListOfWhatTheDescriptionCannotKnowHasNothingThatItKnows() {
        Map<String, Set<String>> described = described();
        Set<String> used = new TreeSet<>();
        for (Routes.Route route : DescriptionTable.routes()) {
            used.add(endpoint(route));
            route.params().names().forEach(name -> used.add(endpoint(route) + " " + name));
        }

        assertThat(newer().keySet()).isSubsetOf(used).allSatisfy(line -> {
            String[] parts = line.split(" ");
            String endpoint = parts[0] + " " + parts[1];
            Set<String> known = described.getOrDefault(endpoint, Set.of());
            assertThat(parts.length == 2 ? described.containsKey(endpoint) : known.contains(parts[2]))
                    .isFalse();
        });
    }

    private static String endpoint(Routes.Route route) {
        return route.method() + " " + DescriptionTable.nameless(route.path());
    }

    private static Map<String, Set<String>> described() {
        Map<String, Set<String>> described = new HashMap<>();
        for (String line : lines("/stripe/description.txt")) {
            String[] parts = line.split(" ", 3);
            described.put(
                    parts[0] + " " + parts[1],
                    parts.length < 3 ? Set.of() : ParamSpec.parse(parts[2]).names());
        }
        return described;
    }

    /** Method, path and perhaps parameter, with the class of stripe-java that knows of it. */
    private static Map<String, String> newer() {
        Map<String, String> newer = new HashMap<>();
        for (String line : lines("/stripe/newer-than-description.txt")) {
            int last = line.lastIndexOf(' ');
            newer.put(line.substring(0, last), line.substring(last + 1));
        }
        return newer;
    }

    private static List<String> lines(String resource) {
        try (InputStream in = DescriptionTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isField(String params, String name) {
        if (params.equals(NO_PARAMETERS)) {
            return false;
        }
        try {
            Class<?> type = Class.forName("com.stripe.param." + params);
            for (String step : name.replace("[]", "").split("\\.")) {
                if (type == Object.class) {
                    // A field that takes a number or a range has no class of its own there.
                    return Set.of("gt", "gte", "lt", "lte").contains(step);
                }
                Field field = field(type, step);
                if (field == null) {
                    return false;
                }
                type = nested(field.getGenericType());
            }
            return true;
        } catch (ClassNotFoundException e) {
            throw new AssertionError("stripe-java has no " + params, e);
        }
    }

    private static Field field(Class<?> type, String name) {
        for (Field field : type.getDeclaredFields()) {
            SerializedName serialized = field.getAnnotation(SerializedName.class);
            if (serialized != null && serialized.value().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static Class<?> nested(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return nested(arguments[arguments.length - 1]);
        }
        return type instanceof Class<?> plain ? plain : Void.class;
    }
}
