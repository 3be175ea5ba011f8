package io.tenancy.plugins.pack;

import java.util.Arrays;
import java.util.Optional;

/** Where an application lets plugins in. */
public enum ExtensionPoint {
    /** Looks at content and answers with findings. */
    CONTENT_VALIDATE("content.validate"),
    /** Answers with content in another form. */
    CONTENT_TRANSFORM("content.transform"),
    /** Answers with a template of content. */
    CONTENT_TEMPLATE("content.template"),
    /** Works on media. */
    MEDIA_PROCESS("media.process"),
    /** Calculates fields of a form from others. */
    FORM_CALCULATE("form.calculate"),
    /** Is told of events. */
    EVENT_HANDLE("event.handle");

    private final String key;

    ExtensionPoint(String key) {
        this.key = key;
    }

    /**
     * How manifests write it.
     *
     * @return such as {@code content.validate}
     */
    public String key() {
        return key;
    }

    /**
     * Finds one.
     *
     * @param key how manifests write it
     * @return the extension point; empty if there is none
     */
    public static Optional<ExtensionPoint> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }
}
