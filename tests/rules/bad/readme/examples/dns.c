#include "reclaim/ebr.h"
