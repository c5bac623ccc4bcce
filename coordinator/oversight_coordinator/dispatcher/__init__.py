"""The only package that touches Flower's server side: the SuperLink, its nodes, our ServerApp."""
