package io.tenancy.plugins.sandbox;

import io.tenancy.plugins.admission.AdmittedModule;
import java.util.List;
import java.util.Set;

/** A plugin that may be called. It holds code and no instances, so that one that idles costs little. */
public final class AdmittedPlugin {

    private final AdmittedModule module;
    private final String engine;
    private final List<SampleReport> samples;

    AdmittedPlugin(AdmittedModule module, String engine, List<SampleReport> samples) {
        this.module = module;
        this.engine = engine;
        this.samples = List.copyOf(samples);
    }

    AdmittedModule module() {
        return module;
    }

    /** SHA-256 of the module's bytes, in hexadecimal. */
    public String digest() {
        return module.digest();
    }

    /** Names of the host's functions that it calls. */
    public Set<String> imports() {
        return module.imports();
    }

    /** How many bytes the module has. */
    public int bytes() {
        return module.bytes();
    }

    /** How many bytes it has with metering. */
    public int meteredBytes() {
        return module.meteredBytes();
    }

    /** How many functions it defines. */
    public int functions() {
        return module.functions();
    }

    /** What it is compiled or interpreted by. */
    public String engine() {
        return engine;
    }

    /** What the calls came to that it was tried with. */
    public List<SampleReport> samples() {
        return samples;
    }

    @Override
    public String toString() {
        return "AdmittedPlugin[" + digest() + ", " + bytes() + " bytes, imports " + imports() + "]";
    }
}
