"""A pretended accelerator: it computes on the CPU and refuses what CUDA refuses. A GPU's faults show without one.

:mod:`tools.rehearsal.operators` says what CUDA knows about each operator, :mod:`tools.rehearsal.device` is the device.
Nothing of it has been compared with hardware, and what depends on hardware it does not see: memory, speed,
nondeterminism, the device's own stream of random numbers.
"""
