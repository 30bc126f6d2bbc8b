"""The articles that the claims come from."""

SOURCES = {
    "S0": "「梯度消失问题」, Jianshu",
    "S1": "「卷积神经网络梯度消失,神经网络中梯度的概念」, CSDN, 2022-08-11, "
    "https://blog.csdn.net/mynote/article/details/126277518",
    "S2": "「為什麼使用Relu能夠解決梯度消失?」, Cupoy, 2021-09-03",
    "S3": "「激活函数的梯度消失问题:深入分析其成因,破解训练难题」, CSDN library, 2024-07-20",
    "S4": "「【2】深度神经网络的损失函数/激活函数」, CSDN",
}
