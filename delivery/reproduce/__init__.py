"""Proof that the same commit gives the same bytes: images, wheel and sdist are built again and compared.

`compare` names every file that differs; `recipe` reads from an image's provenance how to build it again;
`proof` builds. Two builds are equal when their platform manifests have the same digest.
"""
