package io.tenancy.plugins.engine.spi;

import java.util.List;

/** A module that is ready to run. It holds no state: instances do. */
public interface WasmCode {

    /**
     * A new instance with its own memory, tables and globals, in which nothing has run.
     *
     * @param mostPages to how many pages of 64 KiB its memory may grow
     * @param imports what it imports, all of it
     * @return the instance, for one thread
     * @throws WasmTrapException when it cannot be made, such as of data that does not fit into its memory
     */
    WasmInstance instantiate(int mostPages, List<HostFunction> imports);
}
