/* Declarations that the layer uses, from public documentation: compiled against, never run. */
#pragma once
#include <lwipopts-ioconnect.h>
