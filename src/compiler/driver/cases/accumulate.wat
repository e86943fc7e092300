;; A sum in a loop takes the place of the sum before, not of what is added again in each round.
(module
  (func (export "multiples") (param f64 i32) (result f64) (local f64)
    (loop $next
      (local.set 2 (f64.add (local.get 0) (local.get 2)))
      (br_if $next (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 2)))

;; Machine code:
;; multiples
;;     0  movsd xmm1,qword [constant.0000000000000000]
;;     9  addsd xmm1,xmm0
;;    13  lea edi,[rdi-1]
;;    16  test edi,edi
;;    18  jne 9
;;    20  movaps xmm0,xmm1
;;    23  ret
