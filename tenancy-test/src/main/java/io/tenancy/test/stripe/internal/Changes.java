package io.tenancy.test.stripe.internal;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Remembers an object, so that an event can say what changed. */
final class Changes {

    private final ObjectNode object;
    private final ObjectNode before;

    Changes(ObjectNode object) {
        this.object = object;
        before = object.deepCopy();
    }

    /** Sends the event with the values from before of what is different now. */
    void emit(World world, String type) {
        ObjectNode previous = Json.object();
        object.properties().forEach(field -> {
            JsonNode was = before.get(field.getKey());
            if (was == null) {
                previous.putNull(field.getKey());
            } else if (!was.equals(field.getValue())) {
                previous.set(field.getKey(), was);
            }
        });
        world.emit(type, object, previous);
    }
}
