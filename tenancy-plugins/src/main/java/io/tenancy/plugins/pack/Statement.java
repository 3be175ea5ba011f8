package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.CanonicalJson;
import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Json;
import io.tenancy.plugins.pack.internal.JsonReading;
import io.tenancy.plugins.pack.internal.JsonReading.At;
import io.tenancy.plugins.pack.internal.JsonReading.Members;
import io.tenancy.plugins.pack.internal.PackageBounds;
import io.tenancy.plugins.pack.internal.UnreadableJsonException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signed JSON objects. What is signed is
 *
 * <pre>{@code io.tenancy.plugins/1/<kind> LF <the object without its signature, as canonical JSON> LF <what it is about>}</pre>
 *
 * so that a signature of one kind never passes for another: canonical JSON has no line feed.
 */
enum Statement {
    CERTIFICATE(PackageCheck.CERTIFICATE, "the publisher's certificate"),
    PUBLISHER(PackageCheck.PUBLISHER_SIGNATURE, "the publisher's signature"),
    REVIEW(PackageCheck.REVIEW, "the curator's review"),
    MINIMUM_VERSION(PackageCheck.MINIMUM_VERSION, "the statement of a minimum version");

    static final int FORMAT = 1;

    private static final byte[] NOTHING = {};

    private final PackageCheck check;
    private final String what;

    Statement(PackageCheck check, String what) {
        this.check = check;
        this.what = what;
    }

    static ObjectNode body() {
        return JsonNodeFactory.instance.objectNode().put("format", FORMAT);
    }

    PackageCheck check() {
        return check;
    }

    String signature(ObjectNode body, SigningKey key) {
        return signature(body, NOTHING, key);
    }

    String signature(ObjectNode body, byte[] about, SigningKey key) {
        return key.sign(message(body, about));
    }

    void requireSignature(ObjectNode body, String signature, PluginKey key) {
        requireSignature(body, NOTHING, signature, key);
    }

    void requireSignature(ObjectNode body, byte[] about, String signature, PluginKey key) {
        if (!key.verifies(message(body, about), signature)) {
            throw refused(
                    what + " was not made by the key " + key.id() + ", or over something else",
                    "Get the package again from where it is published; if that does not help, have it signed again");
        }
    }

    /** The text of an object with its signature. */
    static String text(ObjectNode body, String signature) {
        return canonical(signed(body, signature));
    }

    static ObjectNode signed(ObjectNode body, String signature) {
        return body.deepCopy().put("signature", signature);
    }

    static String canonical(JsonNode json) {
        try {
            return CanonicalJson.text(json);
        } catch (UnreadableJsonException halfASurrogate) {
            // All that statements hold has a form in ASCII.
            throw new IllegalStateException("A statement has no canonical form", halfASurrogate);
        }
    }

    /**
     * Reads one that came in a package.
     *
     * @param parts takes the reading and the root
     */
    <T> T readPacked(byte[] json, BiFunction<JsonReading, At, @Nullable T> parts) {
        return read(
                () -> {
                    JsonNode root = Json.read(json, PackageBounds.LARGEST_SIGNATURE);
                    if (!Arrays.equals(CanonicalJson.bytes(root), json)) {
                        throw new UnreadableJsonException("is JSON, but not in the canonical form of RFC 8785");
                    }
                    return root;
                },
                parts);
    }

    <T> T read(String json, BiFunction<JsonReading, At, @Nullable T> parts) {
        return read(() -> Json.read(json, PackageBounds.LARGEST_SIGNATURE), parts);
    }

    private <T> T read(Source source, BiFunction<JsonReading, At, @Nullable T> parts) {
        List<String> problems = new ArrayList<>();
        JsonReading in = new JsonReading((pointer, found, advice) -> {
            if (problems.size() < 10) {
                problems.add(pointer + " " + found + ", but " + advice);
            }
        });
        try {
            T read = parts.apply(in, new At("", source.json()));
            if (read != null && problems.isEmpty()) {
                return read;
            }
        } catch (UnreadableJsonException unreadable) {
            problems.add(String.valueOf(unreadable.getMessage()));
        }
        throw refused(what + " cannot be read: " + String.join("; ", problems), "Have it made again by the kit");
    }

    /** The members of a statement; format and signature are among them. */
    static Members members(JsonReading in, At at, String... names) {
        List<String> all = new ArrayList<>(List.of("format", "signature"));
        all.addAll(List.of(names));
        Members members = in.members(at, all.toArray(String[]::new));
        in.whole(members, "format", FORMAT, FORMAT);
        return members;
    }

    static @Nullable PluginKey key(JsonReading in, Members members, String name) {
        String hex = in.text(members, name, Form.DIGEST);
        return hex == null ? null : in.build(Objects.requireNonNull(members.get(name)), () -> new PluginKey(hex));
    }

    PackageRefusedException refused(String found, String advice) {
        return new PackageRefusedException(check, found, advice);
    }

    private byte[] message(ObjectNode body, byte[] about) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        String head = "io.tenancy.plugins/1/" + name().toLowerCase(Locale.ROOT) + "\n" + canonical(body) + "\n";
        message.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        message.writeBytes(about);
        return message.toByteArray();
    }

    private interface Source {
        JsonNode json() throws UnreadableJsonException;
    }
}
